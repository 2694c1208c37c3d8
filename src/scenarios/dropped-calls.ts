/** Calls of a schedule that were not sent because too many were in flight. */
import type { DroppedStretch } from '../core/scenario.ts';

/** Those that lie closer together are one stretch: an overload drops every other call. */
const APART_MS = 1_000;

export class DroppedCalls {
  readonly #told: (stretch: DroppedStretch) => void;
  #stretch: DroppedStretch | undefined;

  constructor(told: (stretch: DroppedStretch) => void) {
    this.#told = told;
  }

  /** In the order of the schedule; `scheduledMs` on the run's clock. */
  add(scheduledMs: number): void {
    this.passed(scheduledMs);
    const { fromMs = scheduledMs, count = 0 } = this.#stretch ?? {};
    this.#stretch = { fromMs, toMs: scheduledMs, count: count + 1 };
  }

  /** The schedule has come so far. */
  passed(scheduledMs: number): void {
    if (this.#stretch !== undefined && scheduledMs - this.#stretch.toMs > APART_MS) this.over();
  }

  over(): void {
    if (this.#stretch !== undefined) this.#told(this.#stretch);
    this.#stretch = undefined;
  }
}
