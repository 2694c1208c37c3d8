/** A runner answers queries: in this process, behind a Lambda function, or not at all. */
import type { CloudWatchFigures } from './cloudwatch.ts';
import type { CallEvidence, Evidence, ObservedCall } from './evidence.ts';
import type { Image } from './image.ts';
import type { Prediction, Sample, StartKind, TargetInfo, Timings, Warning } from './record.ts';

/** What a runner knows of one answered query. The times around it are read by the one who asked. */
export interface Inference extends Readonly<CallFacts> {
  readonly predictions: readonly Prediction[];
  readonly timings: Timings;
  readonly start: StartKind;
  readonly memory?: Sample['memory'];
  readonly cpu?: NonNullable<Sample['cpu']>;
  /** Status of the answer, where there is one. */
  readonly httpStatus?: number;
  /** What reading the answer took once its last byte was there: no part of the service time. */
  readonly readMs?: number;
}

/** What stands in a sample, failed or not, as the runner tells it: facts of a call over a network. */
export const CALL_FACTS = [
  'requestBytes',
  'responseBytes',
  'connectionReused',
  'requestId',
  'traceId',
  'traceJoin',
  'environmentId',
] as const satisfies (keyof Sample)[];
export type CallFacts = Pick<Sample, (typeof CALL_FACTS)[number]> & {
  /** Of a call that is known to leave no trace. Absent otherwise. */
  readonly trace?: 'not-sampled';
  /** What came with the answer and is not of its body. */
  readonly evidence?: Evidence;
};

/** What a target tells of itself only with its answers; what it does not tell is absent. */
export const LEARNED = [
  ...(['model', 'threads', 'threadsBy', 'memoryMb', 'cpuModel'] as const),
  ...(['cpuCount', 'cpuFlags', 'node', 'onnxruntime'] as const),
  ...(['functionName', 'logGroup'] as const),
] satisfies (keyof TargetInfo)[];
export type Learned = Readonly<Partial<Pick<TargetInfo, (typeof LEARNED)[number]>>>;

export interface RunWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Calls that reached the target. */
  readonly invocations: number;
}

export interface Runner {
  /** Makes it ready and tells what it is. Throws SetupError or UsageError; called once, before any query. */
  start(signal: AbortSignal): Promise<TargetInfo>;
  /** Brings about what the next query is to meet: a new environment, say. Asked before each query, outside of its time. Throws SetupError when it cannot. */
  prepare?(signal: AbortSignal): Promise<void>;
  /** Takes a picture on that was not among those it was made for: encodes it, say, outside of its query's time. Absent where nothing has to be done. */
  admit?(image: Image): void;
  /** Answers one query. Throws QueryError when this query failed and the next may not; anything else ends the run. */
  infer(image: Image, signal: AbortSignal): Promise<Inference>;
  /** What the answers so far have told of the target, each fact from the first that told it; absent when the target is known from the start. */
  learned?(): Learned;
  /**
   * Finds out what the answers did not tell: is given each call when it is over, yields what becomes known of it whenever that is, and ends
   * when nothing more is to be expected after the last call. `signal` ends it at once. Disturbs no call, and throws nothing of its own accord.
   */
  evidence?(calls: AsyncIterable<ObservedCall>, signal: AbortSignal): AsyncIterable<CallEvidence>;
  /** Figures of the service itself over the time of the run (wall clock, milliseconds since 1970), after the last call. `signal`: no longer. Throws nothing of its own accord. */
  metrics?(run: RunWindow, signal: AbortSignal): Promise<CloudWatchFigures | undefined>;
  /** What a reader must know of the target that its samples do not tell. Asked once, after the last query and all evidence. */
  warnings?(): Promise<readonly Warning[]>;
  /** Frees what `start` took. Called once, whatever happened before; must not throw. */
  stop(): Promise<void>;
}
