/** In the place of src/emulator/node-program.ts: programs of ours that tests of the source start are the built ones, which start in half the time and are what users have. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Program and arguments. */
export function nodeProgram(file: string): string[] {
  const name = relative(join(ROOT, 'src'), file).replace(/\.ts$/, '');
  const built = name === join('handler', 'bootstrap') ? join('function', 'bootstrap.mjs') : `${name}.js`;
  const program = join(ROOT, 'dist', built);
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run build`);
  return [process.execPath, program];
}
