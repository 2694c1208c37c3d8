/**
 * Notices that the machine slept or that its wall clock was set, from three clocks that take such days differently.
 *
 * - monotonic, `performance.now()`: on Linux CLOCK_MONOTONIC, which stands still while the system is suspended (clock_gettime(2)). On
 *   macOS (mach_continuous_time: libuv, src/unix/darwin.c) and Windows (QueryPerformanceCounter) it goes on: no time is lost there, and no
 *   sleep is told, only the slots that were missed.
 * - uptime, `os.uptime()`: goes on through sleep, and does not follow the wall clock when that is set. /proc/uptime on Linux, in 10 ms;
 *   where that cannot be read CLOCK_BOOTTIME in whole seconds (libuv, src/unix/linux.c). Whole seconds on macOS: the wall clock less
 *   kern.boottime (darwin.c), which the kernel moves when the wall clock is set (xnu, osfmk/kern/clock.c, clock_set_calendar_microtime).
 * - wall, `Date.now()`: anybody may set it. NTP turns it slowly; on Linux CLOCK_MONOTONIC turns with it (clock_gettime(2)), elsewhere not.
 *
 * A process or a container that is stopped (SIGSTOP, the freezer), or a virtual machine whose host just does not run it (a live migration),
 * shows nothing here: all three go on. A machine that was paused or restored from a snapshot with its clocks stopped shows nothing either,
 * until its wall clock is put right: a jump forward.
 */
import { uptime } from 'node:os';

/** Read at one moment, or nearly so: see readClocks. Only differences mean anything. */
export interface ClockReading {
  readonly monotonicMs: number;
  readonly uptimeMs: number;
  readonly wallMs: number;
}

/** What happened between two readings; nothing of it when absent. */
export interface ClockNews {
  /** The machine was suspended for so long, and the monotonic clock stood still. */
  readonly sleptMs?: number;
  /** The wall clock was set by so much; negative: back. */
  readonly jumpedMs?: number;
}

/** Far above what the resolution of uptime (10 ms, Windows 16) and LONGEST_READ_MS may feign. A leap second is no more than it, either. */
const LEAST_MS = 1_000;

/** By how much two of the clocks may run apart. NTP corrects 500 ppm at most (adjtimex(2)); the same again to be safe. */
const MOST_DRIFT = 0.001;

/** Uptime in whole seconds may be wrong by one of them, and by another when the wall clock was set: both ends of macOS's are cut off. */
const COARSE_MS = 1_000;

/** Compares each reading with the one before, never with an older one, so that slow drift does not add up. */
export class ClockWatch {
  #last: ClockReading | undefined;

  /** `reading` may come as late as it likes after the one before. */
  add(reading: ClockReading): ClockNews {
    const last = this.#last;
    this.#last = reading;
    return last === undefined ? {} : newsBetween(last, reading);
  }
}

function newsBetween(last: ClockReading, now: ClockReading): ClockNews {
  const awakeMs = now.monotonicMs - last.monotonicMs;
  const wallMs = now.wallMs - last.wallMs;
  const leastMs = LEAST_MS + MOST_DRIFT * awakeMs;
  const coarse = last.uptimeMs % COARSE_MS === 0 && now.uptimeMs % COARSE_MS === 0;
  const upMs = now.uptimeMs - last.uptimeMs;
  const passedMs = coarse ? passedByCoarse(awakeMs, upMs, wallMs, leastMs + COARSE_MS) : Math.max(upMs, awakeMs);
  // None of the clocks knows better than that.
  const sleptMs = Math.round(passedMs - awakeMs);
  const jumpedMs = Math.round(wallMs - passedMs);
  return {
    ...(sleptMs > leastMs && { sleptMs }),
    ...(Math.abs(jumpedMs) > leastMs && { jumpedMs }),
  };
}

/** The time that really passed, to the millisecond when only one of sleep and jump happened. */
function passedByCoarse(awakeMs: number, upMs: number, wallMs: number, doubtMs: number): number {
  if (upMs - awakeMs <= doubtMs) return awakeMs;
  return Math.abs(wallMs - upMs) <= doubtMs ? wallMs : upMs;
}

/** Reading the clocks takes some 10 us. */
const LONGEST_READ_MS = 50;

/**
 * Undefined when something came between the clocks, so that they do not belong to one moment; try again later. Whatever it is, one of the
 * two that are read twice shows it: a stopped or starved process the monotonic clock, a sleep (in which that one stands still) or a set clock
 * the wall clock. Undefined also where the system does not tell its uptime.
 */
export function readClocks(): ClockReading | undefined {
  try {
    const monotonicMs = performance.now();
    const wallMs = Date.now();
    const uptimeMs = Math.round(uptime() * 1_000);
    const wallTookMs = Date.now() - wallMs;
    const tookMs = performance.now() - monotonicMs;
    const atOnce = tookMs <= LONGEST_READ_MS && Math.abs(wallTookMs) <= LONGEST_READ_MS;
    return atOnce ? { monotonicMs, uptimeMs, wallMs } : undefined;
  } catch {
    return undefined;
  }
}
