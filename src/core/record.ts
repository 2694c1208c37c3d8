/** The record of a run: what `record.json` holds, its JSON Schema, and the one way in from `unknown`. */
import { z } from 'zod';
import { cloudWatchSchema } from './cloudwatch.ts';
import { evidenceSchema } from './evidence.ts';
import { incidentSchema } from './incident.ts';
import { PREPROCESS_MODES } from './preprocess-mode.ts';
import { sampleSchema } from './sample.ts';

export type { Incident, IncidentOf } from './incident.ts';
export {
  isFirstCall,
  type Prediction,
  type Sample,
  START_KINDS,
  type StartKind,
  sampleSchema,
  type Timings,
  timingsSchema,
} from './sample.ts';

/** Grows by one when a reader of the older version would misread the newer. New optional fields do not count. */
export const SCHEMA_VERSION = 1;

/** A bound of a confidence interval; null when it is open: the sample is too small to close it. */
const bound = z.number().nullable();
const interval = z.tuple([bound, bound]);

/** Summary of one timing, milliseconds. Percentiles are nearest rank; null when the sample size does not support one. */
export const distributionSchema = z.object({
  count: z.int().positive(),
  min: z.number(),
  mean: z.number(),
  /** Sample standard deviation (n - 1); null for a single value. */
  stddev: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number(),
  /** 95 % intervals of the percentiles, from order statistics. */
  ci95: z.object({ p50: interval, p90: interval, p95: interval, p99: interval }),
});
export type Distribution = z.infer<typeof distributionSchema>;

const distributions = z.record(z.string(), distributionSchema);

export const summarySchema = z.object({
  /** By start kind, then by timing. Measured samples that succeeded; start kinds never share a distribution. */
  cold: distributions.exactOptional(),
  proactive: distributions.exactOptional(),
  warm: distributions.exactOptional(),
  unknown: distributions.exactOptional(),
  /** Failed samples of both phases, by kind of failure. */
  failed: z.record(z.string(), z.int().positive()),
});
export type Summary = z.infer<typeof summarySchema>;

export const modelInfoSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  /** Arithmetic the graph computes in: `float32`, `float16`, `int8 (QDQ)`, `int8`, `int8 (dynamic)`. */
  precision: z.string(),
  /** `synthetic`: written by this program with seeded weights; its times are real, its labels are not. `trained`: any other file. */
  weights: z.enum(['trained', 'synthetic']),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** What is known of a target's model: all of it where this program chose the file, else what the answers tell. */
export const targetModelSchema = z.object({
  name: z.string(),
  sha256: z.string().exactOptional(),
  /** How the function's file was made ahead of the one that has this hash; absent when it is that one, or does not tell. */
  prepared: z.string().exactOptional(),
  precision: modelInfoSchema.shape.precision.exactOptional(),
  weights: modelInfoSchema.shape.weights.exactOptional(),
});
export type TargetModel = z.infer<typeof targetModelSchema>;

export const targetInfoSchema = z.object({
  /** Absent for the null runner, and for a function that does not tell. */
  model: targetModelSchema.exactOptional(),
  threads: z.int().positive().exactOptional(),
  /** What the number of threads was chosen by: `2 processors`, `0.58 CPU of 1024 MB`, a quota; `asked` when it was given. */
  threadsBy: z.string().exactOptional(),
  preprocess: z.enum(PREPROCESS_MODES).exactOptional(),
  emulated: z.boolean(),
  frontDoor: z.enum(['url', 'http-api', 'invoke']).exactOptional(),
  connection: z.enum(['keep', 'new']).exactOptional(),
  url: z.string().exactOptional(),
  functionName: z.string().exactOptional(),
  logGroup: z.string().exactOptional(),
  memoryMb: z.number().exactOptional(),
  /** Cores' worth of time that an emulated function gets. */
  cpuShare: z.union([z.number(), z.literal('unlimited')]).exactOptional(),
  /** Environments of an emulated function stand still between calls. */
  frozen: z.boolean().exactOptional(),
  /** What Max Memory Used of an emulated function is: the peak of its control group, files it read included, or the sum of what its processes had at most each. */
  memoryBy: z.enum(['group', 'processes']).exactOptional(),
  region: z.string().exactOptional(),
  /** Of the target where it is another machine or process, as its first answers told: processors that it sees, not what it is given. */
  cpuModel: z.string().exactOptional(),
  cpuCount: z.int().positive().exactOptional(),
  cpuFlags: z.array(z.string()).exactOptional(),
  node: z.string().exactOptional(),
  onnxruntime: z.string().exactOptional(),
  /** Resident memory of this process before and after the model was loaded, MB of 1,048,576 bytes. */
  startRssMb: z.number().exactOptional(),
  loadedRssMb: z.number().exactOptional(),
});
export type TargetInfo = z.infer<typeof targetInfoSchema>;

/** Something a reader of the figures must know, with advice. */
export const warningSchema = z.object({ code: z.string(), message: z.string(), advice: z.string() });
export type Warning = z.infer<typeof warningSchema>;

export const machineSchema = z.object({
  os: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().positive(),
  /** Instruction sets that matter here (avx2, avx512_vnni, ...); absent where the system does not tell. */
  cpuFlags: z.array(z.string()).exactOptional(),
  memoryBytes: z.int().positive(),
  node: z.string(),
  onnxruntime: z.string(),
  sharp: z.string(),
  /** Commit of this program's checkout, with `-dirty` when it had changes; absent when installed from a package. */
  gitRevision: z.string().exactOptional(),
});
export type Machine = z.infer<typeof machineSchema>;

export const imageInfoSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  bytes: z.int().nonnegative(),
  width: z.int().positive().exactOptional(),
  height: z.int().positive().exactOptional(),
  format: z.string().exactOptional(),
});

export const runSchema = z.object({
  id: z.string(),
  command: z.string(),
  scenario: z.string(),
  status: z.enum(['running', 'completed', 'interrupted']),
  /** Wall clock, ISO 8601, UTC. All other times count from here on a monotonic clock. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().exactOptional(),
  /** What ended the measuring; of several targets the one that ended before its iterations were done. */
  stoppedBy: z.enum(['iterations', 'duration', 'signal', 'cost']).exactOptional(),
  /** Every option as it was resolved, defaults included. Secrets never enter. */
  options: z.record(z.string(), z.unknown()),
  /** When the measuring began, the zero of its schedule: milliseconds since the run began. */
  beganMs: z.number().exactOptional(),
  /**
   * Stretches without a gap: one, and one more for each time the run was resumed. `offsetMs` is where the run's clock stood when
   * it went on, `endedAt` the last sign of life of a stretch that another followed: what lies between is no time of the run.
   */
  segments: z.array(
    z.object({ startedAt: z.iso.datetime(), offsetMs: z.number(), endedAt: z.iso.datetime().exactOptional() }),
  ),
});
export type Run = z.infer<typeof runSchema>;

const targetHeadSchema = z.object({
  name: z.string(),
  info: targetInfoSchema,
  warnings: z.array(warningSchema),
  /** Of a run that asked for it. */
  cloudWatch: cloudWatchSchema.exactOptional(),
});
export type TargetHead = z.infer<typeof targetHeadSchema>;

const headShape = {
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.object({ name: z.string(), version: z.string() }),
  run: runSchema,
  /** Where the calls were made from. Absent of an imported run: another program made them, on a machine that it does not describe. */
  machine: machineSchema.exactOptional(),
  images: z.array(imageInfoSchema),
  /** In the order in which they were noticed; empty when there were none. */
  incidents: z.array(incidentSchema).exactOptional(),
};

/** A record without samples and summaries: what stands in `record.json` while the run goes on. */
export const recordHeadSchema = z.object({ ...headShape, targets: z.array(targetHeadSchema) });
export type RecordHead = z.infer<typeof recordHeadSchema>;

export const targetSchema = targetHeadSchema.extend({ summary: summarySchema, samples: z.array(sampleSchema) });
export type Target = z.infer<typeof targetSchema>;

export const runRecordSchema = z.object({ ...headShape, targets: z.array(targetSchema) });
export type RunRecord = z.infer<typeof runRecordSchema>;

/** A line of `samples.ndjson`: a sample, what became known of it later, or what happened beside them. */
export const sampleLineSchema = z.object({ target: z.string(), sample: sampleSchema });
export type SampleLine = z.infer<typeof sampleLineSchema>;
export const incidentLineSchema = z.object({ incident: incidentSchema });
export type IncidentLine = z.infer<typeof incidentLineSchema>;
export const evidenceLineSchema = z.object({
  target: z.string(),
  seq: z.int().nonnegative(),
  evidence: evidenceSchema,
});
export type EvidenceLine = z.infer<typeof evidenceLineSchema>;
export type RunLine = SampleLine | IncidentLine | EvidenceLine;

/** The JSON Schema (draft 2020-12) of a finished record, as published in `docs/record.schema.json`. */
export function recordJsonSchema(): object {
  // As input: what a newer version adds is no error to a reader of this one.
  return z.toJSONSchema(runRecordSchema, { target: 'draft-2020-12', io: 'input' });
}
