/** A runner that prepares each of its calls. */
import type { Runner } from '../core/runner.ts';

export function prepared(runner: Runner, prepare: NonNullable<Runner['prepare']>): Runner {
  const { evidence } = runner;
  return {
    start: signal => runner.start(signal),
    prepare,
    infer: (image, signal) => runner.infer(image, signal),
    learned: () => runner.learned?.() ?? {},
    ...(evidence && { evidence: (calls, signal) => evidence.call(runner, calls, signal) }),
    warnings: async () => runner.warnings?.() ?? [],
    stop: () => runner.stop(),
  };
}
