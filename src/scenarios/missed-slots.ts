/** Slots of a schedule that were not sent, because nothing ran when they were due: a sleeping laptop, a stopped process. */
import type { Warning } from '../core/record.ts';

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lastSlot: number;
  readonly count: number;
}

/** Enough to say when; a run may be long. */
const MOST_SHOWN = 5;

export class MissedSlots {
  readonly #stretches: Stretch[] = [];

  /** In the order of the schedule; `scheduledMs` on the run's clock. */
  add(slot: number, scheduledMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && slot === last.lastSlot + 1) {
      this.#stretches[this.#stretches.length - 1] = {
        ...last,
        toMs: scheduledMs,
        lastSlot: slot,
        count: last.count + 1,
      };
    } else this.#stretches.push({ fromMs: scheduledMs, toMs: scheduledMs, lastSlot: slot, count: 1 });
  }

  warnings(): Warning[] {
    if (this.#stretches.length === 0) return [];
    const total = this.#stretches.reduce((sum, { count }) => sum + count, 0);
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    const shown = this.#stretches
      .slice(0, MOST_SHOWN)
      .map(({ fromMs, toMs, count }) =>
        count === 1 ? `one at ${seconds(fromMs)} s` : `${count} from ${seconds(fromMs)} to ${seconds(toMs)} s`,
      );
    const more = this.#stretches.length - shown.length;
    return [
      {
        code: 'missed-slots',
        message: `${total} planned ${total === 1 ? 'call was' : 'calls were'} missed: ${shown.join(', ')}${more > 0 ? `, and ${more} more times` : ''}`,
        advice: 'nothing ran then: the machine slept, or this process was stopped',
      },
    ];
  }
}
