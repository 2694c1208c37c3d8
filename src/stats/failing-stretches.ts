/** Stretches in which a target answered nothing: two failed calls in a row or more, as its samples arrive. */
import type { IncidentOf, Sample } from '../core/record.ts';

type Failing = IncidentOf<'failing'>;

/** Of a target; a run may be long, and a reader short of time. */
const MOST_STRETCHES = 1_000;

export class FailingStretches {
  readonly #target: string;
  readonly #stretches: Failing[] = [];
  #current: Failing | undefined;

  constructor(target: string) {
    this.#target = target;
  }

  add({ outcome, scheduledMs, completedMs }: Sample): void {
    if (outcome.ok) {
      this.#end();
      return;
    }
    const { kind } = outcome.error;
    // By the user, not by the target.
    if (kind === 'interrupted') return;
    const begun = { fromMs: scheduledMs, toMs: completedMs, count: 0, failed: {} as Failing['failed'] };
    const { fromMs, toMs, count, failed } = this.#current ?? begun;
    this.#current = {
      kind: 'failing',
      target: this.#target,
      fromMs: Math.min(fromMs, scheduledMs),
      toMs: Math.max(toMs, completedMs),
      count: count + 1,
      failed: { ...failed, [kind]: (failed[kind] ?? 0) + 1 },
    };
  }

  /** In the order of their beginnings; the first thousand. */
  stretches(): Failing[] {
    this.#end();
    return this.#stretches;
  }

  #end(): void {
    if (this.#current !== undefined && this.#current.count > 1 && this.#stretches.length < MOST_STRETCHES) {
      this.#stretches.push(this.#current);
    }
    this.#current = undefined;
  }
}
