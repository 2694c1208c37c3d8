/** The stretch of a run that is measured in one go: where its clock begins, and what an earlier stretch has done already. */
import type { RunClock } from '../core/clock.ts';
import { startClock } from '../core/clock.ts';
import type { RecordHead } from '../core/record.ts';

/** A run that goes on: what is known of it, from its folder. */
export interface Resumed {
  readonly folder: string;
  readonly head: RecordHead;
  /** Of its lines, when they were read. */
  readonly bytes: number;
  /** By target: the slots that were sent or missed. */
  readonly done: ReadonlyMap<string, { has(seq: number): boolean }>;
  /** The last sign of life of the process that measured it, on the run's clock and on the wall's. */
  readonly lastSignMs: number;
  readonly lastSignAt: Date;
  /** Of the earliest slot that is left, on the run's clock. */
  readonly nextSlotMs: number;
}

/**
 * The clock of a run that goes on. It shows the time that it would show had there been no gap, but not more than that of the next slot, so
 * that no slot is lost, and calls keep at least the distance that was planned.
 */
export function resumeClock(
  { lastSignMs, lastSignAt, nextSlotMs }: Resumed,
  now: Date,
): { clock: RunClock; offsetMs: number } {
  const gapMs = Math.max(0, now.getTime() - lastSignAt.getTime());
  const offsetMs = Math.min(lastSignMs + gapMs, nextSlotMs);
  return { clock: startClock(offsetMs), offsetMs };
}
