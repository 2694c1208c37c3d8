/** A scenario drives one target: it decides which image leaves when, and when to end. */
import type { Clock } from './clock.ts';
import type { Image } from './image.ts';
import type { IncidentOf, Run, Sample } from './record.ts';
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
  /** No query leaves any more, and those in flight are waited for. */
  readonly ending?: AbortSignal;
  /** Numbers of slots that an earlier part of the run has sent or missed, of an open loop that goes on. */
  readonly done?: { has(seq: number): boolean };
  /** Told of slots that passed without a call, a stretch at a time. */
  readonly missed?: (stretch: MissedStretch) => void;
  /** Told of slots whose call was not sent because too many were in flight, a stretch at a time. */
  readonly dropped?: (stretch: DroppedStretch) => void;
  /** Told at the end, by a scenario that looks for it. */
  readonly steadiness?: (found: Steadiness) => void;
}

export type MissedStretch = Omit<IncidentOf<'missed'>, 'kind' | 'target'>;

/** Whether the times of a target's calls came to rest. */
export type Steadiness = Omit<IncidentOf<'steady'>, 'target'> | Omit<IncidentOf<'never-steady'>, 'target'>;

export type DroppedStretch = Omit<IncidentOf<'dropped'>, 'kind' | 'target'>;

export type StopReason = NonNullable<Run['stoppedBy']>;

export interface Scenario {
  /** The field's word for it: `closed loop`. */
  readonly name: string;
  /** Queries leave whatever the others do; where not, several targets take turns. */
  readonly open: boolean;
  /** Yields samples, of a closed loop in issue order, of an open one as they are answered; returns what ended it. */
  drive(context: ScenarioContext): AsyncGenerator<Sample, StopReason>;
}
