/** The embedded Lambda for any client: our handler, or whatever program the caller names. */
import { statSync } from 'node:fs';
import { UsageError } from '../core/errors.ts';
import type { LogFormat, Sampling, TraceLayout, TracePartial } from '../core/lambda-telemetry.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { Warning } from '../core/record.ts';
import { isReserved } from '../emulator/config.ts';
import { type Emulator, startEmulator } from '../emulator/start.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { chooseModel } from './choose-model.ts';
import type { SharesChoice } from './emulated-lambda.ts';
import { unpreparedWarnings } from './emulated-warnings.ts';
import { FUNCTION_NAME, nodeFunction, ourFunction } from './our-function.ts';
import { readyModel } from './ready-model.ts';

export interface Emulated extends Emulator {
  readonly warnings: readonly Warning[];
}

/** A program that speaks the Runtime API, or what one of ours drives. */
export interface OwnProgram {
  /** Program and arguments; our runtime loop for Node when absent. */
  readonly bootstrap?: readonly string[];
  readonly taskRoot: string;
  /** `_HANDLER`; when absent the last word of `bootstrap`, or what `nodeFunction` takes. */
  readonly handler?: string;
}

/** What the emulator shows of each call. */
export interface TelemetryOptions {
  readonly traceLayout: TraceLayout;
  readonly traceDelayMs: number;
  readonly metricDelayMs: number;
  readonly tracePartial: TracePartial;
  readonly sampling: Sampling;
  readonly logFormat: LogFormat;
}

export interface EmulateOptions {
  /** 0: any three. */
  readonly port: number;
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly idleTimeoutMs: number;
  /** Of a random time instead, `idleTimeoutMs` at most. */
  readonly idleHalfLifeMs?: number;
  /** An older environment takes no more calls. */
  readonly maxAgeMs?: number;
  readonly proactive: number;
  readonly telemetry: TelemetryOptions;
  readonly shares: SharesChoice;
  /** Actions of AWS that are refused, as a policy names them. */
  readonly denied: readonly string[];
  /** Variables of the function. */
  readonly env: Readonly<Record<string, string>>;
  /** Ours when absent. */
  readonly program?: OwnProgram;
  /** Of our own handler. */
  readonly model?: string;
  readonly preprocess: PreprocessMode;
}

/**
 * Its log goes to stderr. Throws UsageError for a folder that is not there or a variable that Lambda reserves;
 * SetupError when it cannot start; either when the model cannot be had.
 */
export async function emulate(options: EmulateOptions, modelOptions: ModelOptions): Promise<Emulated> {
  const { env, program, model, preprocess, telemetry, shares, denied, ...limits } = options;
  const reserved = Object.keys(env).find(isReserved);
  if (reserved !== undefined) {
    throw new UsageError(`--env ${reserved} cannot be set: Lambda reserves it`, 'choose another name');
  }
  if (program && !statSync(program.taskRoot, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`no such folder: ${program.taskRoot}`, '--task-root is the folder of a function');
  }
  const ready =
    program === undefined ? await readyModel(await chooseModel(model, modelOptions), modelOptions.signal) : undefined;
  const what =
    ready === undefined
      ? { ...programOf(program!), functionName: FUNCTION_NAME, env: {} }
      : ourFunction(ready, preprocess);
  const apiFaults = denied.map(operation => ({ operation, fault: 'denied' as const }));
  const emulator = await startEmulator(
    { ...what, ...limits, ...telemetry, ...shares, apiFaults, env: { ...what.env, ...env }, logs: 'stderr' },
    modelOptions.signal,
  );
  return { ...emulator, warnings: unpreparedWarnings(ready?.unprepared) };
}

function programOf({ bootstrap, taskRoot, handler }: OwnProgram) {
  if (bootstrap === undefined) return nodeFunction(taskRoot, handler);
  return { bootstrap: [...bootstrap], taskRoot, ...(handler !== undefined && { handler }) };
}
