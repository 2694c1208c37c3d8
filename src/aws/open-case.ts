/** A call of which something is still to be found, and what of it has been learnt on the way: a log line tells a trace's id, a trace a request id. */
import type { CallEvidence, ObservedCall, TraceEvidence } from '../core/evidence.ts';

export interface OpenCase {
  readonly call: ObservedCall;
  requestId: string | undefined;
  traceId: string | undefined;
  join: TraceEvidence['join'];
}

export function openCase(call: ObservedCall): OpenCase {
  const { requestId, traceId, traceJoin: join } = call;
  return { call, requestId, traceId, join };
}

/** Whether the end of a run waits for it: what a front door refused never reached Lambda, and leaves nothing. */
export function isWorthWaiting({ call: { ok, httpStatus } }: OpenCase): boolean {
  return ok || (httpStatus !== undefined && httpStatus >= 500);
}

/** One thing that is looked for. */
export interface Search {
  add(found: OpenCase): void;
  /** How many calls have not been found that are worth waiting for. */
  readonly waiting: number;
  /** One round. `last`: the run is over, so that every call is known. Throws AwsFailure. */
  look(
    found: (evidence: CallEvidence) => void,
    round: { readonly last: boolean; readonly signal: AbortSignal },
  ): Promise<void>;
  /** What is to be said of those that were not found, once nothing more is done. */
  giveUp(): CallEvidence[];
  /** What was not found, in words; undefined when all was. */
  left(): { readonly message: string; readonly advice: string } | undefined;
  close(): void;
}
