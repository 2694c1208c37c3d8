/** The clock of a run: monotonic milliseconds since the run began. Injected, so that a test can let half an hour pass at once. */

export interface Clock {
  /** Milliseconds since the run began, monotonic, with the resolution of the system's clock (well below a microsecond). */
  nowMs(): number;
  /** Resolves at `atMs` on this clock or soon after, never before; at once when that has passed. Resolves early when `signal` aborts. */
  sleepUntil(atMs: number, signal: AbortSignal): Promise<void>;
}

/** The clock of the machine that measures. */
export interface RunClock extends Clock {
  /** Time that passed while the machine slept: the system's monotonic clock stands still then, and a schedule must not. */
  slept(ms: number): void;
}

/** A clock that shows `offsetMs` at the moment of this call. */
export function startClock(offsetMs = 0): RunClock {
  let zero = performance.now() - offsetMs;
  const nowMs = () => performance.now() - zero;
  let turned = performance.now();
  return {
    nowMs,
    async sleepUntil(atMs, signal) {
      // Who has fallen behind never waits: without this no answer and no signal would come through any more.
      if (performance.now() - turned > LONGEST_TURN_MS) {
        if (atMs <= nowMs()) await new Promise(resolve => setImmediate(resolve));
        turned = performance.now();
      }
      const isFar = atMs - nowMs() > FAR_MS;
      // A timer may fire up to a millisecond early, hence the loop.
      for (let left = atMs - nowMs(); left > 0 && !signal.aborted; left = atMs - nowMs()) {
        await sleep(isFar ? stepTowards(left) : left, signal);
      }
    },
    slept(ms) {
      zero -= ms;
    },
  };
}

/** Of sending what is overdue before everything else that waits has its turn. */
const LONGEST_TURN_MS = 10;

/**
 * A processor with nothing to do sleeps deeper the longer it does, and comes late: after a second by 3.6 ms at the median on a virtual machine, with small
 * steps before by 0.7. After short waits it is awake.
 */
const FAR_MS = 50;
const APPROACH_MS = 20;
const STEP_MS = 2;

function stepTowards(leftMs: number): number {
  return leftMs > APPROACH_MS ? leftMs - APPROACH_MS : Math.min(leftMs, STEP_MS);
}

/** Timers stand still while the machine sleeps: after that it must not take a whole interval to notice. */
const LONGEST_TIMER_MS = 1_000;

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
    signal.addEventListener('abort', done, { once: true });
  });
}
