/** Slots of a schedule in which no call was sent, because nothing ran when they were due: a sleeping laptop, a stopped process. */
import type { MissedStretch } from '../core/scenario.ts';

/** Joins slots in a row to one stretch, and tells it once it is over. */
export class MissedSlots {
  readonly #told: (stretch: MissedStretch) => void;
  #stretch: MissedStretch | undefined;

  constructor(told: (stretch: MissedStretch) => void) {
    this.#told = told;
  }

  /** In the order of the schedule; `scheduledMs` on the run's clock. */
  add(seq: number, scheduledMs: number): void {
    const { fromMs = scheduledMs, firstSeq = seq, count = 0 } = this.#stretch ?? {};
    this.#stretch = { fromMs, toMs: scheduledMs, firstSeq, count: count + 1 };
  }

  /** A call is sent again, or the run ends. */
  over(): void {
    if (this.#stretch !== undefined) this.#told(this.#stretch);
    this.#stretch = undefined;
  }
}
