/** One query and all that is known about it, as it stands in a record. */
import { z } from 'zod';

const ms = () => z.number();
const mb = () => z.number().nonnegative();

/** How the environment met a query: by evidence, never by position or slowness. */
export const START_KINDS = ['cold', 'proactive', 'warm', 'unknown'] as const;
export const startKindSchema = z.enum(START_KINDS);
export type StartKind = z.infer<typeof startKindSchema>;

/** Times in milliseconds. A time that was not measured is absent, never 0. */
export const timingsSchema = z.object({
  /** Base64 and JSON of the request, once per picture. */
  encodeMs: ms().optional(),
  /** TCP and TLS. This and the next three are the wire's view of the service time. */
  connectMs: ms().optional(),
  requestMs: ms().optional(),
  firstByteMs: ms().optional(),
  downloadMs: ms().optional(),
  /** Request JSON and base64 to bytes, in the classifier's process. */
  parseMs: ms().optional(),
  /** Decode, resize, crop, normalise. */
  preprocessMs: ms().optional(),
  inferenceMs: ms().optional(),
  /** Softmax and top five. */
  postprocessMs: ms().optional(),
  /** The whole of the work: parse, preprocess, inference and postprocess with what lies between. */
  handlerMs: ms().optional(),
  /** Creating the environment's runtime, code and model; locally reading the model and creating its session. */
  initMs: ms().optional(),
  invocationMs: ms().optional(),
  /** After the answer; belongs to no sum. */
  overheadMs: ms().optional(),
  durationMs: ms().optional(),
  billedMs: ms().optional(),
  serviceSideMs: ms().optional(),
  networkMs: ms().optional(),
  unexplainedMs: ms().optional(),
  outsideMs: ms().optional(),
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
  z.object({ ok: z.literal(true), httpStatus: z.int().optional() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ kind: z.string(), message: z.string(), httpStatus: z.int().optional() }),
  }),
]);

export const sampleSchema = z.object({
  /** Position in issue order, from 0, without gaps within a target. */
  seq: z.int().nonnegative(),
  image: z.string(),
  phase: z.enum(['warmup', 'measured']),
  start: startKindSchema,
  /** Intended send, real send and last byte: milliseconds since the run began, monotonic. */
  scheduledMs: ms(),
  issuedMs: ms(),
  completedMs: ms(),
  outcome: outcomeSchema,
  /** Most probable first; empty when the query failed. */
  predictions: z.array(predictionSchema).max(5),
  timings: timingsSchema,
  /** MB of 1,048,576 bytes, as Lambda counts. */
  memory: z.object({ usedMb: mb().optional(), sizeMb: mb().optional(), peakRssMb: mb().optional() }),
  /** CPU time of the classifier's process within the handler time. */
  cpu: z.object({ userMs: ms(), systemMs: ms() }).optional(),
  requestBytes: z.int().nonnegative().optional(),
  responseBytes: z.int().nonnegative().optional(),
  connectionReused: z.boolean().optional(),
  requestId: z.string().optional(),
  traceId: z.string().optional(),
  traceJoin: z.enum(['handler', 'header', 'requestId', 'time']).optional(),
  trace: z.enum(['complete', 'partial', 'missing', 'not-sampled', 'off']),
  environmentId: z.string().optional(),
});
export type Sample = z.infer<typeof sampleSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
