/** stub until the watches are here */
import type { RunClock } from '../core/clock.ts';
import type { Sample } from '../core/record.ts';
import type { RunJournal } from './run-journal.ts';

export function watchMachine(_clock: RunClock, _journal: RunJournal): { sample(sample: Sample): void; stop(): void } {
  return { sample() {}, stop() {} };
}
