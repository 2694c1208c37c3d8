/** A point in time, on both clocks: one to take differences of, one to show. */

export interface Moment {
  /** Monotonic milliseconds of this process. */
  readonly ms: number;
  /** Milliseconds since 1970, finer than a millisecond. */
  readonly epochMs: number;
}

/** More than a reading of two clocks takes; less than anybody would notice in a trace. */
const CLOCK_STEP_MS = 20;

let offsetMs = performance.timeOrigin;

export function now(): Moment {
  const ms = performance.now();
  // The monotonic clock stands still while a laptop sleeps, and the wall clock may be set.
  if (Math.abs(Date.now() - (offsetMs + ms)) > CLOCK_STEP_MS) offsetMs = Date.now() - ms;
  return { ms, epochMs: offsetMs + ms };
}

/** Runs once after `ms`, which may be longer than a timer of Node can be; the answer cancels it. */
export function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
