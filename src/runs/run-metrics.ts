/** What the services behind a run's targets tell of it themselves, once it is over. */
import { hasReached } from '../core/reached.ts';
import type { RecordHead, Sample } from '../core/record.ts';
import type { TargetPlan } from './run-plan.ts';

export class RunMetrics {
  readonly #targets: readonly TargetPlan[];
  /** Wall clock. */
  readonly #fromMs = Date.now();
  #toMs: number | undefined;
  readonly #reached = new Map<string, number>();

  constructor(targets: readonly TargetPlan[]) {
    this.#targets = targets;
  }

  sample(target: string, sample: Sample): void {
    if (hasReached(sample.outcome)) this.#reached.set(target, (this.#reached.get(target) ?? 0) + 1);
  }

  /** The last call has ended. */
  over(): void {
    this.#toMs = Date.now();
  }

  /** Waits for them; not when `signal` has aborted. */
  async added(head: RecordHead, signal: AbortSignal): Promise<RecordHead> {
    const window = { fromMs: this.#fromMs, toMs: this.#toMs ?? Date.now() };
    const found = await Promise.all(
      this.#targets.map(async ({ name, runner }) =>
        runner.metrics?.({ ...window, invocations: this.#reached.get(name) ?? 0 }, signal),
      ),
    );
    const targets = head.targets.map((target, i) => {
      const cloudWatch = found[i];
      return cloudWatch === undefined ? target : { ...target, cloudWatch };
    });
    return { ...head, targets };
  }
}
