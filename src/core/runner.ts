/** A runner answers queries: in this process, behind a Lambda function, or not at all. */
import type { Image } from './image.ts';
import type { ModelInfo, Prediction, Sample, StartKind, TargetInfo, Timings } from './record.ts';

/** What a runner knows of one answered query. The times around it are read by the one who asked. */
export interface Inference extends Readonly<CallFacts> {
  readonly predictions: readonly Prediction[];
  readonly timings: Timings;
  readonly start: StartKind;
  readonly memory?: Sample['memory'];
  readonly cpu?: NonNullable<Sample['cpu']>;
  /** Status of the answer, where there is one. */
  readonly httpStatus?: number;
}

/** What stands in a sample as the runner tells it: facts of a call over a network. */
export const CALL_FACTS = [
  'requestBytes',
  'responseBytes',
  'connectionReused',
  'requestId',
  'traceId',
  'traceJoin',
  'environmentId',
] as const satisfies (keyof Sample)[];
export type CallFacts = Pick<Sample, (typeof CALL_FACTS)[number]>;

/** What a target tells of itself only with its answers; what it does not tell is absent. */
export type Learned = Partial<Pick<TargetInfo, 'threads' | 'memoryMb' | 'cpuModel'>> & {
  readonly model?: Pick<ModelInfo, 'name'> & Partial<ModelInfo>;
  /** Versions in the target's process. */
  readonly node?: string;
  readonly onnxruntime?: string;
  /** Processors it sees, and their instruction sets that matter. */
  readonly cpuCount?: number;
  readonly cpuFlags?: readonly string[];
};

export interface Runner {
  /** Makes it ready and tells what it is. Throws SetupError or UsageError; called once, before any query. */
  start(signal: AbortSignal): Promise<TargetInfo>;
  /** Answers one query. Throws QueryError when this query failed and the next may not; anything else ends the run. */
  infer(image: Image, signal: AbortSignal): Promise<Inference>;
  /** What the answers so far have told of the target, each fact from the first that told it; absent when the target is known from the start. */
  learned?(): Learned;
  /** Frees what `start` took. Called once, whatever happened before; must not throw. */
  stop(): Promise<void>;
}
