/** The function as it is built and deployed. A benchmark runs from the source, whose own way of starting it goes by tsx, which takes longer than all that is measured. */
import { fileURLToPath } from 'node:url';
import type { EmulatorOptions } from '../src/emulator/config.ts';

/** Of a task root that `npm run image` assembles. */
export function assembledFunction(taskRoot: string): Pick<EmulatorOptions, 'bootstrap' | 'handler' | 'taskRoot'> {
  return { bootstrap: [process.execPath, 'handler/bootstrap.mjs'], handler: 'index.handler', taskRoot };
}

/** In the place of the source's, with what else `ourFunction` says. */
export const BUILT_BOOTSTRAP = [
  process.execPath,
  fileURLToPath(new URL('../dist/function/bootstrap.mjs', import.meta.url)),
];
