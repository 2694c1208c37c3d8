/** Program of a process that prepares a model: `SOURCE PRECISION TARGET`. On stdout: what came of it, as a line of JSON. */
import { writeSync } from 'node:fs';
import { prepareModel } from '../classifier/prepare-model.ts';

const STDOUT = 1;

const [source = '', precision = '', target = ''] = process.argv.slice(2);
writeSync(STDOUT, `${JSON.stringify(await prepareModel(source, precision, target))}\n`);
// The runtime's threads would be waited for.
process.exit(0);
