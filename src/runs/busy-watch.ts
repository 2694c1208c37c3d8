/** Notices that other programs use the machine during a run: by the processor time of all of it, less what is known to be ours. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { IncidentOf } from '../core/record.ts';
import { childrenMs } from './process-tree-time.ts';

/** Sums since some time in the past. Only differences mean anything. */
export interface BusyReading {
  /** On the run's clock. */
  readonly atMs: number;
  /** Over all processors, what they worked and what they might have. */
  readonly busyMs: number;
  readonly totalMs: number;
  /** Of this process, and of its children where `withChildren`. */
  readonly ownMs: number;
}

/** What a reading brought to light. */
export interface BusyNews {
  /** Of the machine, 0 to 1, since the reading before; absent when it cannot be told. */
  readonly othersCpu?: number;
  /** That window, when the machine was busy in it; those in a row make a stretch. */
  readonly busy?: IncidentOf<'busy'>;
}

/**
 * Of all processors. An idle machine shows less than 0.02; one busy loop 0.5 on two processors and 0.25 on four, where it takes what a
 * measurement may need; 0.12 on eight, where it does not.
 */
const BUSY_SHARE = 0.2;

/** A stretch goes on down to this, lest a load around the threshold make one incident of each window. */
const QUIET_SHARE = 0.1;

/** Processors are counted in ticks of 10 ms, each at whatever runs at that moment: few of them tell nothing. */
const SHORTEST_WINDOW_MS = 5_000;
/** Of a run that may be over sooner, where all that it starts is counted. */
export const SHORTEST_OF_ALL_MS = 1_500;

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly othersMs: number;
  readonly totalMs: number;
}

/** Fed a reading each ten seconds or so. */
export class BusyWatch {
  #last: BusyReading | undefined;
  #knownMs = 0;
  #unclear = false;
  #busy = false;
  readonly #shortestMs: number;

  /** `shortestMs`: of a window. */
  constructor(shortestMs = SHORTEST_WINDOW_MS) {
    this.#shortestMs = shortestMs;
  }

  /**
   * `knownMs`: processor time since the last reading of processes that belong to the run and are not this one. A window that is too short
   * is joined to the next.
   */
  add(reading: BusyReading, knownMs = 0): BusyNews {
    const last = this.#last;
    this.#knownMs += knownMs;
    const tooShort = last !== undefined && reading.atMs - last.atMs < this.#shortestMs;
    if (tooShort && !this.#unclear) return {};
    const window =
      last && !tooShort && !this.#unclear ? between(last, reading, this.#knownMs, this.#shortestMs) : undefined;
    this.#last = reading;
    this.#knownMs = 0;
    this.#unclear = false;
    if (window === undefined) return {};
    const othersCpu = window.othersMs / window.totalMs;
    this.#busy = othersCpu >= (this.#busy ? QUIET_SHARE : BUSY_SHARE);
    const { fromMs, toMs } = window;
    return { othersCpu, ...(this.#busy && { busy: { kind: 'busy', fromMs, toMs, othersCpu } }) };
  }

  /** Of the window up to the next reading it cannot be said whose work was done, as when the run starts a process. */
  skip(): void {
    this.#unclear = true;
  }
}

/** Undefined where the counters tell nothing: some sandboxes show none, and they may go back when a processor is taken away. */
function between(last: BusyReading, now: BusyReading, knownMs: number, shortestMs: number): Window | undefined {
  const [busyMs, totalMs] = [now.busyMs - last.busyMs, now.totalMs - last.totalMs];
  if (busyMs < 0 || totalMs < shortestMs || busyMs > totalMs) return undefined;
  // Ours is counted finely and theirs in ticks, hence the limit.
  const othersMs = Math.max(0, busyMs - (now.ownMs - last.ownMs) - knownMs);
  return { fromMs: last.atMs, toMs: now.atMs, othersMs, totalMs };
}

/** All but the time of the reading. Takes some 15 us on Linux, and 20 for each child. Zeros where the system does not tell. */
export function readBusy(): Omit<BusyReading, 'atMs'> & { readonly withChildren: boolean } {
  const { user, system } = process.cpuUsage();
  const children = childrenMs();
  const ownMs = (user + system) / 1_000 + (children ?? 0);
  return { ...readProcessors(), ownMs, withChildren: children !== undefined };
}

function readProcessors(): { busyMs: number; totalMs: number } {
  try {
    return process.platform === 'linux' ? readProcStat() : readCpus();
  } catch {
    return { busyMs: 0, totalMs: 0 };
  }
}

/** Sources: proc_stat(5); libuv, src/unix/linux.c: always 100 Hz. */
const TICK_MS = 10;

/**
 * The machine's, in a container too. `os.cpus()` would also ask each processor's frequency, which takes 20 ms a processor on some machines
 * (libuv's tracker, 4098), and leaves out what other virtual machines took of this one ("steal").
 */
function readProcStat(): { busyMs: number; totalMs: number } {
  // The first line is the sum. What guests use ("guest") stands in `user` already.
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '').split(/\s+/, 9);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields.map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { busyMs: TICK_MS * busy, totalMs: TICK_MS * (busy + idle + iowait) };
}

function readCpus(): { busyMs: number; totalMs: number } {
  let [busyMs, totalMs] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    totalMs += busy + times.idle;
  }
  return { busyMs, totalMs };
}
