/** All that a run needs to know: its targets and where it goes. */
import type { Image } from '../core/image.ts';
import type { Runner } from '../core/runner.ts';
import type { Scenario } from '../core/scenario.ts';
import type { CostWatch } from './cost-watch.ts';
import type { ResumeNote } from './resume-note.ts';

/** A runner with its name in the record, and what drives it. */
export interface TargetPlan {
  /** As reports show it; unique within a run. */
  readonly name: string;
  readonly runner: Runner;
  readonly scenario: Scenario;
  /** Slots of its schedule, of an open loop that ends. */
  readonly slots?: number;
}

/** All that a run needs to know. */
export interface RunPlan {
  /** The command's name, which also names the run's folder. */
  readonly command: string;
  /** At least one. Several take turns. */
  readonly targets: readonly TargetPlan[];
  /** One when absent. */
  readonly callsPerTurn?: number;
  readonly images: readonly Image[];
  /** Ends the run before it would cost more. */
  readonly cost?: CostWatch;
  /** Run folders are made in here. */
  readonly outDir: string;
  /** Every option as it was resolved; goes into the record. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What going on with the run will take beside its record, for one that can be resumed. */
  readonly resumeNote?: ResumeNote;
}
