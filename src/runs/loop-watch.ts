/** Notices that the event loop of this process is held up while something is being timed, which makes the time untrue by as much. */

/** Often enough to notice a few milliseconds; each look takes microseconds. */
const LOOK_MS = 2;

export interface LoopWatch {
  /** The longest so far that nothing could be attended to: milliseconds beyond the look that was due. */
  readonly longestMs: number;
  end(): void;
}

/** From now until its end. */
export function watchLoop(): LoopWatch {
  let longestMs = 0;
  let dueMs = performance.now() + LOOK_MS;
  const look = () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - dueMs);
    dueMs = nowMs + LOOK_MS;
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    get longestMs() {
      return longestMs;
    },
    end() {
      clearInterval(timer);
      // What was timed may have ended before the look that is overdue.
      look();
    },
  };
}
