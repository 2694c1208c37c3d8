/** Whether a call came to the function behind its front door. */
import type { Outcome } from './sample.ts';

/** It answered, well or not, or failed at it. What a front door refuses, and what never came to one, is none. */
export function hasReached(outcome: Outcome): boolean {
  if (outcome.ok) return true;
  const { kind, httpStatus = 0 } = outcome.error;
  return kind === 'function-error' || httpStatus >= 500 || httpStatus === 400;
}
