/** Program of a process that answers queries for as long as its parent lives: one LocalRunner, asked over IPC, one query at a time. */
import { messageOf, QueryError, SetupError } from '../core/errors.ts';
import type { TargetInfo } from '../core/record.ts';
import type { Inference } from '../core/runner.ts';
import { LocalRunner, type LocalRunnerOptions } from './local.ts';

/** First what to be, then picture after picture. */
export type ProcessOrder = { readonly options: LocalRunnerOptions } | { readonly picture: Uint8Array };

export type ProcessAnswer =
  | { readonly ready: TargetInfo }
  /** `tookMs`: from the picture's arrival to the predictions, by this process's clock. */
  | { readonly inference: Inference; readonly tookMs: number }
  | { readonly failed: { readonly kind: QueryError['kind']; readonly message: string } }
  | { readonly setup: { readonly message: string; readonly hint: string } };

let runner: LocalRunner | undefined;

// Ctrl-C reaches the whole group; the end of the parent is what ends this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.once('disconnect', () => process.exit(0));
process.on('message', (order: ProcessOrder) => void answer(order).then(say));

function say(answer: ProcessAnswer): void {
  // A parent that has gone meanwhile needs none.
  process.send?.(answer, undefined, undefined, () => {});
}

async function answer(order: ProcessOrder): Promise<ProcessAnswer> {
  try {
    if ('options' in order) {
      runner = new LocalRunner(order.options);
      return { ready: await runner.start() };
    }
    return await classified(order.picture);
  } catch (thrown) {
    if (thrown instanceof QueryError) return { failed: { kind: thrown.kind, message: thrown.message } };
    if (thrown instanceof SetupError) return { setup: { message: thrown.message, hint: thrown.hint } };
    return { setup: { message: messageOf(thrown), hint: 'please report it' } };
  }
}

async function classified(bytes: Uint8Array): Promise<ProcessAnswer> {
  const began = performance.now();
  const inference = await runner!.infer({ name: '', sha256: '', bytes });
  const tookMs = performance.now() - began;
  // Its memory is read when it is asked for, which is here.
  return { inference: { ...inference, memory: inference.memory! }, tookMs };
}
