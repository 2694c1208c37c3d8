/** What the page and its server say to each other. Types only: both sides import them, neither sends them. */
import type { Prediction, Sample, Timings } from '../../core/sample.ts';

export type TargetName = 'local' | 'lambda';
export type TargetState = 'off' | 'starting' | 'new' | 'answered';

/** A call and what is known of it by now: the sample is what a record would hold. */
export interface CallAnswer {
  /** Made by the server, and told to nobody but who asked. */
  readonly id: string;
  readonly target: TargetName;
  readonly sample: Sample;
  /** Model, threads, memory and door of the target. */
  readonly what: string;
  /** From the sending to the last byte; in this process the work itself. */
  readonly serviceMs: number;
  /** Between the click and the sending: others came first, or the target was being started. */
  readonly waitedMs: number;
  /** Of its trace and log line: nobody looks; it goes on; no more will come. */
  /** `lost`: the page can ask nobody any more. */
  readonly search: 'none' | 'under way' | 'over' | 'lost';
  readonly bars: readonly TimeBar[];
  /** Where the bars stand that nobody knows the place of. */
  readonly barNotes: readonly string[];
  readonly notes: readonly Note[];
  /** What helps, of a call that failed. */
  readonly advice?: string;
  /** Labels are made up, times are not. */
  readonly isSynthetic: boolean;
  /** Other calls that shared the machine with it. */
  readonly others: number;
  /** The longest that the server could not attend to it, milliseconds; absent where the server's clock times nothing of it. */
  readonly heldUpMs?: number;
}

/** Milliseconds since the call left. */
export interface TimeBar {
  readonly depth: number;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The trace has no such part: it follows from what it tells else. */
  readonly isDerived?: true;
}

export interface Note {
  readonly message: string;
  readonly advice: string;
}

/** The target could not be called at all. */
export interface NoAnswer {
  readonly target: TargetName;
  readonly error: Complaint;
}

export interface Complaint {
  readonly message: string;
  readonly hint: string;
}

export interface ClassifyAnswer {
  readonly results: readonly (CallAnswer | NoAnswer)[];
}

export interface Settings {
  readonly version: string;
  /** `watch`: there is a soak under way and nothing else. */
  readonly mode: 'serve' | 'watch';
  /** Of a picture as a file: Lambda takes less of it in base64 than this server. */
  readonly mostPictureBytes: Readonly<Record<TargetName, number>>;
  readonly isDeployed: boolean;
  /** What answers as Lambda: `emulated, 1024 MB` or where it is. */
  readonly lambda: string;
  readonly model: string;
  readonly isSynthetic: boolean;
  /** Of each target what is known by now; its answers may tell more. */
  readonly what: Readonly<Partial<Record<TargetName, string>>>;
}

export interface Health {
  readonly status: 'ok';
  readonly targets: Readonly<Partial<Record<TargetName, TargetState>>>;
}

export interface ReportEntry {
  readonly id: string;
  readonly startedAt: string;
  readonly command: string;
  /** Absent where its record cannot be read. */
  readonly status?: 'running' | 'completed' | 'interrupted';
  readonly targets?: readonly string[];
  /** Names under `/reports/<id>/`. */
  readonly files: readonly string[];
}

export interface ReportList {
  /** The folder as it was named. */
  readonly folder: string;
  /** Latest first. */
  readonly runs: readonly ReportEntry[];
  /** Older ones that are not listed. */
  readonly left: number;
  /** A soak that goes on: its id under `/live/`. */
  readonly live?: string;
}

export interface LiveTarget {
  readonly name: string;
  readonly planned: number;
  readonly answered: number;
  readonly cold: number;
  readonly proactive: number;
  readonly missed: number;
  readonly dropped: number;
  readonly failures: readonly (readonly [kind: string, count: number])[];
  /** Milliseconds from the scheduled time; absent where the calls are too few to speak of it. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly last?: { readonly responseMs: number; readonly start: string; readonly failure?: string };
  /** Calls that a point stands for. */
  readonly callsPerPoint: number;
  readonly points: readonly LivePoint[];
}

/** One call, or several in a row where they have become many. */
export interface LivePoint {
  /** Since the measuring began. */
  readonly atMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly calls: number;
  readonly failed: number;
  /** First calls of an environment. */
  readonly firsts: number;
}

/** A run that goes on, or has just ended. */
export interface LiveRun {
  readonly id: string;
  readonly command: string;
  readonly status: 'running' | 'collecting' | 'completed' | 'interrupted';
  readonly startedAt: string;
  readonly passedMs: number;
  readonly durationMs?: number;
  readonly slots?: string;
  readonly targets: readonly LiveTarget[];
  /** What befell it, the latest last. */
  readonly incidents: readonly string[];
}

export type { Prediction, Sample, Timings };
