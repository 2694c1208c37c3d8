/** One call of the function: what a front door hands in, what comes back, and what is known of it afterwards. */
import { randomUUID } from 'node:crypto';
import type { Failure } from './failure.ts';
import { type Moment, now } from './moment.ts';
import type { Trace } from './trace.ts';

/** Bytes of an event, envelope included: 6 MiB. */
export const REQUEST_LIMIT = 6_291_456;
/** Bytes of an answer at the Runtime API: 6 MiB and 100. */
export const RESPONSE_LIMIT = 6_291_556;

export interface Invocation {
  readonly requestId: string;
  /** Changes with every attempt of a request; a runtime may send it back. */
  readonly invocationId: string;
  /** The event's JSON. */
  readonly payload: Buffer;
  readonly trace: Trace;
  /** JSON; only through Invoke. */
  readonly clientContext?: string;
  /** The whole request is here, and Lambda begins to deal with it. */
  readonly receivedAt: Moment;
  /** Nobody waits for the answer. */
  readonly isEvent?: boolean;
}

/** Received now. */
export function newInvocation(
  fields: Omit<Invocation, 'requestId' | 'invocationId' | 'receivedAt'>,
  requestId = randomUUID(),
): Invocation {
  return { ...fields, requestId, invocationId: randomUUID(), receivedAt: now() };
}

/** What the function said, or why it said nothing. */
export type Answer =
  | { readonly ok: true; readonly payload: Buffer }
  | { readonly ok: false; readonly failure: Failure };

export interface Span {
  readonly start: Moment;
  readonly end: Moment;
}

/** Everything that was seen of a call, for logs and traces. */
export interface InvocationRecord {
  readonly invocation: Invocation;
  readonly environmentId: string;
  readonly logStream: string;
  /** `failure`: the runtime reported an error and lives on; `error`: it ended. */
  readonly status: 'success' | 'failure' | 'error' | 'timeout';
  /** Present when status is not success. */
  readonly errorType?: string;
  /** Initialisation ahead of this call: only with the first call of an environment, and only when it succeeded. */
  readonly init?: Span;
  /** Initialisation inside the call, after a failed one or a reset. */
  readonly inlineInit?: Span;
  readonly answer: Answer;
  readonly start: Moment;
  /** First and last byte of the runtime's answer; absent when it gave none. */
  readonly response?: Span;
  /** The runtime asked for the next event, or was ended. */
  readonly end: Moment;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly maxMemoryMb?: number;
  /** The log lines since the call before, at least the last 4 KiB of them. */
  readonly logTail: string;
}
