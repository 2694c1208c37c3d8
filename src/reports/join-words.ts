/** How a trace was found to be a call's, in words. */
import type { TRACE_JOINS } from '../core/evidence.ts';

export const JOIN_WORDS: Readonly<Record<(typeof TRACE_JOINS)[number], string>> = {
  handler: 'the function named it',
  header: 'a header of the answer named it',
  requestId: 'it holds the request id',
  time: 'the only one at its time',
};
