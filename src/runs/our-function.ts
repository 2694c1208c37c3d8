/** Our handler as a function of the embedded emulator: its program, its folder and its variables. */
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { EmulatorOptions } from '../emulator/config.ts';
import { nodeProgram } from '../emulator/node-program.ts';
import type { ReadyModel } from './ready-model.ts';

/** Built: in one piece with all that it needs, as it is deployed. Else the source. */
const BOOTSTRAP = fileURLToPath(
  new URL(
    extname(import.meta.url) === '.ts' ? '../handler/bootstrap.ts' : '../function/bootstrap.mjs',
    import.meta.url,
  ),
);

/** By which our handler is told how many threads to use. */
export const THREADS_VARIABLE = 'RESNET_BENCH_THREADS';

export const FUNCTION_NAME = 'resnet-bench';

/**
 * For the C library's allocator, as lambda-image/Dockerfile sets them: large pieces go back to the system when they are freed, and all threads
 * share one pool. For it the function's peak is a fourteenth lower in float32, and a cold start there a tenth shorter (bench/README.md).
 */
export const ALLOCATOR_VARIABLES = { MALLOC_MMAP_THRESHOLD_: '10485760', MALLOC_ARENA_MAX: '1' } as const;

/** What the image calls its entry, as most functions do. */
const USUAL_HANDLER = 'index.handler';

/** Any function written for Node, by our runtime loop: `handler` is `file.export` of its folder. */
export function nodeFunction(
  taskRoot: string,
  handler = USUAL_HANDLER,
): Pick<EmulatorOptions, 'bootstrap' | 'handler' | 'taskRoot'> & { readonly handler: string } {
  return { bootstrap: nodeProgram(BOOTSTRAP), handler, taskRoot };
}

export function ourFunction(
  { file, info }: ReadyModel,
  preprocess: PreprocessMode,
): Pick<EmulatorOptions, 'functionName' | 'bootstrap' | 'handler' | 'taskRoot' | 'env'> {
  return {
    functionName: FUNCTION_NAME,
    bootstrap: nodeProgram(BOOTSTRAP),
    // The bootstrap's own.
    handler: '',
    taskRoot: dirname(BOOTSTRAP),
    env: {
      ...ALLOCATOR_VARIABLES,
      // Its working folder is another one.
      RESNET_BENCH_MODEL_FILE: resolve(file),
      RESNET_BENCH_MODEL_NAME: info.name,
      RESNET_BENCH_MODEL_SHA256: info.sha256,
      RESNET_BENCH_PREPROCESS: preprocess,
    },
  };
}
