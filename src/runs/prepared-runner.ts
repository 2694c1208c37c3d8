/** A runner that prepares each of its calls. */
import type { Runner } from '../core/runner.ts';

export interface Preparation {
  /** Once, before the runner itself starts. */
  readonly begin?: (signal: AbortSignal) => Promise<void>;
  readonly prepare: NonNullable<Runner['prepare']>;
  /** Once, whatever happened before. Throws SetupError when something is left undone that a user must know. */
  readonly end?: () => Promise<void>;
}

export function prepared(runner: Runner, { begin, prepare, end }: Preparation): Runner {
  const { evidence } = runner;
  return {
    start: async signal => {
      await begin?.(signal);
      return runner.start(signal);
    },
    prepare,
    infer: (image, signal) => runner.infer(image, signal),
    learned: () => runner.learned?.() ?? {},
    ...(evidence && { evidence: (calls, signal) => evidence.call(runner, calls, signal) }),
    metrics: async (run, signal) => runner.metrics?.(run, signal),
    warnings: async () => runner.warnings?.() ?? [],
    stop: async () => {
      try {
        await runner.stop();
      } finally {
        await end?.();
      }
    },
  };
}
