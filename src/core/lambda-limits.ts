/** What Lambda gives a function, and no more. Source: Lambda developer guide, "Configure Lambda function memory" and "Lambda quotas". */

/** Memory at which it gets the time of one whole processor. */
export const MB_PER_CPU = 1769;

/** Of a call that is answered. */
export const MOST_EVENT_BYTES = 6_291_456;

export const LONGEST_FUNCTION_TIMEOUT_MS = 900_000;
