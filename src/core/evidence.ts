/** What becomes known of a call after its answer: from its trace and from its log line. Kept as it was found; `runs` settles it with the sample. */
import { z } from 'zod';
import { START_KINDS } from './start-kind.ts';

const ms = () => z.number();

/** A part of a call as a trace shows it: milliseconds since the start of the AWS::Lambda segment, negative before it. */
export const traceSpanSchema = z.object({
  /** `service` and `function` are the two segments; the others lie in one of them. `work`: a subsegment of the function's own. */
  part: z.enum(['service', 'function', 'init', 'restore', 'invocation', 'overhead', 'dwell', 'attempt', 'work']),
  /** As the trace names it. */
  name: z.string(),
  startMs: ms(),
  /** Absent while it is in progress. */
  endMs: ms().exactOptional(),
});
export type TraceSpan = z.infer<typeof traceSpanSchema>;

/** `complete`: nothing more will come. `partial`: found, with parts missing when the patience ended. `missing`: not found until then. */
export const TRACE_STATES = ['complete', 'partial', 'missing', 'not-sampled'] as const;

/** How a trace was found to be this call's, the surest first: the function's own word, a header of the answer, its request id in the trace, its time alone. */
export const TRACE_JOINS = ['handler', 'header', 'requestId', 'time'] as const;

export const traceEvidenceSchema = z.object({
  state: z.enum(TRACE_STATES),
  traceId: z.string().exactOptional(),
  join: z.enum(TRACE_JOINS).exactOptional(),
  /** `new`: with times of the answer as annotations, and without a child Invocation. */
  layout: z.enum(['old', 'new']).exactOptional(),
  /** AWS::Lambda from start to end. */
  serviceSideMs: ms().exactOptional(),
  /** Of the child Initialization or Init; of Restore with SnapStart. */
  initMs: ms().exactOptional(),
  /** The child Invocation; in the new layout until the last byte of the answer. */
  invocationMs: ms().exactOptional(),
  /** The child Overhead; in the new layout without one, what runtime and extensions took after the answer. */
  overheadMs: ms().exactOptional(),
  /** The initialisation ended before AWS::Lambda began: nobody waited for it. */
  initAhead: z.boolean().exactOptional(),
  /** In the order of their starts. */
  spans: z.array(traceSpanSchema),
  /** AWS's own word for what went wrong: in the service, in the function, or by throttling. */
  fault: z.enum(['service', 'function', 'throttle']).exactOptional(),
});
export type TraceEvidence = z.infer<typeof traceEvidenceSchema>;

export const logEvidenceSchema = z.object({
  durationMs: ms(),
  billedMs: ms().exactOptional(),
  /** Init Duration; absent proves nothing: an initialisation that is repeated inside a call is part of its duration. */
  initMs: ms().exactOptional(),
  /** Restore Duration, with SnapStart. */
  restoreMs: ms().exactOptional(),
  memorySizeMb: z.number().exactOptional(),
  maxMemoryMb: z.number().exactOptional(),
  status: z.enum(['success', 'failure', 'error', 'timeout']).exactOptional(),
  errorType: z.string().exactOptional(),
  /** The trace that the line names. */
  traceId: z.string().exactOptional(),
});
export type LogEvidence = z.infer<typeof logEvidenceSchema>;

/** Later evidence stands for the earlier of its kind. */
export const evidenceSchema = z.object({
  trace: traceEvidenceSchema.exactOptional(),
  log: logEvidenceSchema.exactOptional(),
  /** What the answer itself told, where the others may know better. */
  handler: z.object({ start: z.enum(START_KINDS), initMs: ms().exactOptional() }).exactOptional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** A call that is over, as whoever looks for its trace and its log line needs it. */
export interface ObservedCall {
  readonly seq: number;
  /** Of the wall clock here, milliseconds since 1970: another clock than AWS's. */
  readonly issuedAtMs: number;
  readonly completedAtMs: number;
  /** It was answered well; else `httpStatus` tells what the answer was, if there was one. */
  readonly ok: boolean;
  readonly httpStatus?: number;
  readonly requestId?: string;
  readonly traceId?: string;
  /** How `traceId` was learnt. */
  readonly traceJoin?: 'handler' | 'header';
  /** False when a header said so: no trace will come. */
  readonly sampled?: boolean;
  /** Its log line came with the answer. */
  readonly logged?: boolean;
}

export interface CallEvidence {
  readonly seq: number;
  readonly evidence: Evidence;
}
