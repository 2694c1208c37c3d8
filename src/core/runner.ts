/** A runner answers queries: in this process, behind a Lambda function, or not at all. */
import type { Image } from './image.ts';
import type { Prediction, Sample, StartKind, TargetInfo, Timings } from './record.ts';

/** What a runner knows of one answered query. The times around it are read by the one who asked. */
export interface Inference {
  readonly predictions: readonly Prediction[];
  readonly timings: Timings;
  readonly start: StartKind;
  readonly memory?: Sample['memory'];
  readonly cpu?: NonNullable<Sample['cpu']>;
}

export interface Runner {
  /** Makes it ready and tells what it is. Throws SetupError or UsageError; called once, before any query. */
  start(signal: AbortSignal): Promise<TargetInfo>;
  /** Answers one query. Throws QueryError when this query failed and the next may not; anything else ends the run. */
  infer(image: Image, signal: AbortSignal): Promise<Inference>;
  /** Frees what `start` took. Called once, whatever happened before; must not throw. */
  stop(): Promise<void>;
}
