/** Watches the machine during a run: other programs, and on a schedule sleeps and a wall clock that is set. What it notices goes into the journal. */
import type { RunClock } from '../core/clock.ts';
import type { Sample } from '../core/record.ts';
import { BusyWatch, readBusy, SHORTEST_OF_ALL_MS } from './busy-watch.ts';
import { ClockWatch, readClocks } from './clock-watch.ts';
import type { RunJournal } from './run-journal.ts';

const EACH_MS = 1_000;
const BUSY_EACH_MS = 10_000;

export interface MachineWatch {
  /** To be told of each: a function that is emulated here takes processor time of the same machine. */
  sample(target: string, sample: Sample): void;
  stop(): void;
}

/** `emulated`: names of the targets that are. `schedule`: calls leave by the clock, so that it matters what becomes of it. */
export function watchMachine(
  clock: RunClock,
  journal: RunJournal,
  { emulated, schedule }: { readonly emulated: ReadonlySet<string>; readonly schedule: boolean },
): MachineWatch {
  const clocks = new ClockWatch();
  const { withChildren } = readBusy();
  // What children take is not known elsewhere: in a closed loop their calls would be others' work.
  const others = new BusyWatch(withChildren ? SHORTEST_OF_ALL_MS : undefined);
  const tellsOthers = schedule || withChildren;
  let readMs = clock.nowMs();
  let othersReadMs = readMs;
  let knownMs = 0;

  const lookAtClocks = () => {
    if (!schedule) return;
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
    if (!tellsOthers) return;
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
      if (withChildren || !emulated.has(target)) return;
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
