/** Watches the machine during a run on a schedule: sleeps, a wall clock that is set, other programs. What it notices goes into the journal. */
import type { RunClock } from '../core/clock.ts';
import type { Sample } from '../core/record.ts';
import { BusyWatch, readBusy } from './busy-watch.ts';
import { ClockWatch, readClocks } from './clock-watch.ts';
import type { RunJournal } from './run-journal.ts';

const EACH_MS = 1_000;
const BUSY_EACH_MS = 10_000;

export interface MachineWatch {
  /** To be told of each: a function that is emulated here takes processor time of the same machine. */
  sample(target: string, sample: Sample): void;
  stop(): void;
}

/** `emulated`: names of the targets that are. */
export function watchMachine(clock: RunClock, journal: RunJournal, emulated: ReadonlySet<string>): MachineWatch {
  const clocks = new ClockWatch();
  const others = new BusyWatch();
  let readMs = clock.nowMs();
  let othersReadMs = readMs;
  let knownMs = 0;

  const lookAtClocks = () => {
    const reading = readClocks();
    if (reading === undefined) return;
    const { sleptMs = 0, jumpedMs } = clocks.add(reading);
    const fromMs = readMs;
    if (sleptMs > 0) clock.slept(sleptMs);
    readMs = clock.nowMs();
    if (sleptMs > 0) journal.incident({ kind: 'slept', fromMs: readMs - sleptMs, toMs: readMs });
    if (jumpedMs !== undefined) journal.incident({ kind: 'clock-jump', fromMs, toMs: readMs, byMs: jumpedMs });
  };
  const lookAtOthers = () => {
    othersReadMs = clock.nowMs();
    const { busy } = others.add({ atMs: othersReadMs, ...readBusy() }, knownMs);
    knownMs = 0;
    if (busy !== undefined) journal.incident(busy);
  };
  lookAtClocks();
  lookAtOthers();
  const timer = setInterval(() => {
    lookAtClocks();
    if (clock.nowMs() - othersReadMs >= BUSY_EACH_MS) lookAtOthers();
  }, EACH_MS).unref();
  return {
    sample(target, { cpu, start }) {
      if (!emulated.has(target)) return;
      // An environment was made, which takes processor time that nobody tells.
      if (start !== 'warm') others.skip();
      if (cpu !== undefined) knownMs += cpu.userMs + cpu.systemMs;
    },
    stop() {
      clearInterval(timer);
      lookAtClocks();
      lookAtOthers();
    },
  };
}
