/** `npm run reference`: writes docs/reference.md anew. */
import { writeFileSync } from 'node:fs';
import { REFERENCE, referenceText } from './reference.ts';

writeFileSync(REFERENCE, `${referenceText()}\n`);
