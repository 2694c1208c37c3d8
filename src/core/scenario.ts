/** A scenario drives one target: it decides which image leaves when, and when to end. */
import type { Clock } from './clock.ts';
import type { Image } from './image.ts';
import type { Run, Sample, Warning } from './record.ts';
import type { Runner } from './runner.ts';

export interface ScenarioContext {
  readonly runner: Runner;
  /** At least one. */
  readonly images: readonly Image[];
  readonly clock: Clock;
  /** When the measuring of all targets began; now when absent. */
  readonly beganMs?: number;
  /** Ends the scenario after the query in flight. */
  readonly signal: AbortSignal;
}

export type StopReason = NonNullable<Run['stoppedBy']>;

export interface Scenario {
  /** The field's word for it: `closed loop`. */
  readonly name: string;
  /** Queries leave whatever the others do; where not, several targets take turns. */
  readonly open: boolean;
  /** Yields samples in issue order; returns what ended it. */
  drive(context: ScenarioContext): AsyncGenerator<Sample, StopReason>;
  /** What a reader must know of how it went. Asked once, after it has ended. */
  warnings?(): readonly Warning[];
}
