/** One query and all that is known about it, as it stands in a record. */
import { z } from 'zod';
import { evidenceSchema, TRACE_JOINS, TRACE_STATES } from './evidence.ts';
import { START_EVIDENCES, START_KINDS } from './start-kind.ts';

export { isFirstCall, START_KINDS, type StartKind } from './start-kind.ts';

const ms = () => z.number();
const mb = () => z.number().nonnegative();

/** Times in milliseconds. A time that was not measured is absent, never 0. */
export const timingsSchema = z.object({
  /** Base64 and JSON of the request, once per picture. */
  encodeMs: ms().exactOptional(),
  /** Name lookup, TCP and TLS. This and the next three are the wire's view of the service time. */
  connectMs: ms().exactOptional(),
  requestMs: ms().exactOptional(),
  firstByteMs: ms().exactOptional(),
  downloadMs: ms().exactOptional(),
  /** Request JSON and base64 to bytes, in the classifier's process. */
  parseMs: ms().exactOptional(),
  /** Decode, resize, crop, normalise. */
  preprocessMs: ms().exactOptional(),
  inferenceMs: ms().exactOptional(),
  /** Softmax and top five. */
  postprocessMs: ms().exactOptional(),
  /** The whole of the work: parse, preprocess, inference and postprocess with what lies between. */
  handlerMs: ms().exactOptional(),
  /** Creating the environment's runtime, code and model; locally reading the model and creating its session. */
  initMs: ms().exactOptional(),
  /** Of the init, as far as the process itself can tell: from its start to the first line of our code; loading the code and the libraries; reading the model and making its session. */
  runtimeStartMs: ms().exactOptional(),
  importsMs: ms().exactOptional(),
  sessionMs: ms().exactOptional(),
  invocationMs: ms().exactOptional(),
  /** After the answer; belongs to no sum. */
  overheadMs: ms().exactOptional(),
  durationMs: ms().exactOptional(),
  billedMs: ms().exactOptional(),
  serviceSideMs: ms().exactOptional(),
  networkMs: ms().exactOptional(),
  unexplainedMs: ms().exactOptional(),
  outsideMs: ms().exactOptional(),
});
export type Timings = z.infer<typeof timingsSchema>;

export const predictionSchema = z.object({
  /** ImageNet-1k class, 0 to 999. */
  classId: z.int().min(0).max(999),
  label: z.string(),
  /** Fraction, 0 to 1. */
  probability: z.number().min(0).max(1),
});
export type Prediction = z.infer<typeof predictionSchema>;

export const outcomeSchema = z.union([
  z.object({ ok: z.literal(true), httpStatus: z.int().exactOptional() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ kind: z.string(), message: z.string(), httpStatus: z.int().exactOptional() }),
  }),
]);

export const sampleSchema = z.object({
  /** From 0 within a target. In a closed loop position in issue order, without gaps; in an open loop number of the slot, with a gap for each that was missed. */
  seq: z.int().nonnegative(),
  image: z.string(),
  /** `apart`: the first call of a run after which others meet new environments of the same deployment. In no figure, as warm-up. */
  phase: z.enum(['warmup', 'measured', 'apart']),
  start: z.enum(START_KINDS),
  /** Who says so: X-Ray, the function's own word for its environment's first call, or the init that its log line tells. Absent when it is unknown, and for what is no function. */
  startBy: z.enum(START_EVIDENCES).exactOptional(),
  /** Intended send, real send and last byte: milliseconds since the run began, monotonic. */
  scheduledMs: ms(),
  issuedMs: ms(),
  completedMs: ms(),
  outcome: outcomeSchema,
  /** Most probable first; empty when the query failed. */
  predictions: z.array(predictionSchema).max(5),
  timings: timingsSchema,
  /** MB of 1,048,576 bytes, as Lambda counts. */
  memory: z.object({
    usedMb: mb().exactOptional(),
    sizeMb: mb().exactOptional(),
    peakRssMb: mb().exactOptional(),
    /** Max Memory Used of the log line: the most that the environment has used so far. */
    maxUsedMb: mb().exactOptional(),
  }),
  /** CPU time of the classifier's process within the handler time. */
  cpu: z.object({ userMs: ms(), systemMs: ms() }).exactOptional(),
  requestBytes: z.int().nonnegative().exactOptional(),
  responseBytes: z.int().nonnegative().exactOptional(),
  connectionReused: z.boolean().exactOptional(),
  requestId: z.string().exactOptional(),
  traceId: z.string().exactOptional(),
  traceJoin: z.enum(TRACE_JOINS).exactOptional(),
  /** `off`: nobody looked for one. */
  trace: z.enum([...TRACE_STATES, 'off']),
  environmentId: z.string().exactOptional(),
  /** What was found of the call beside its answer, as it was found. */
  evidence: evidenceSchema.exactOptional(),
});
export type Sample = z.infer<typeof sampleSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
