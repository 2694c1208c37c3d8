/** The targets of a run that may call a function: their runners, their pictures, and what the record says of the options. */
import { UsageError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { LONGEST_FUNCTION_TIMEOUT_MS } from '../core/lambda-limits.ts';
import type { TraceLayout } from '../core/lambda-telemetry.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { Learned, Runner } from '../core/runner.ts';
import type { TargetName } from '../core/target-name.ts';
import { nodeProgram } from '../emulator/node-program.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { FRESH_PROCESS_MAIN, FreshProcessRunner } from '../runners/fresh-process.ts';
import { LambdaRunner, type LambdaRunnerOptions } from '../runners/lambda.ts';
import { holdsSecret, parseAddress } from '../runners/lambda-address.ts';
import { plainName, regionOf } from '../runners/lambda-door.ts';
import type { Headers } from '../runners/lambda-headers.ts';
import { LocalRunner } from '../runners/local.ts';
import { type ChosenModel, chooseModel } from './choose-model.ts';
import { byChanging, byWaiting } from './cold-preparation.ts';
import { EmulatedLambdaRunner, type SharesChoice } from './emulated-lambda.ts';
import { deployedEvidence, deployedMetrics, type EvidenceChoice, isPlayedHere } from './evidence-options.ts';
import { loadImages } from './load-images.ts';
import { type Preparation, prepared } from './prepared-runner.ts';
import { type ResumeNote, resumeNoteOf } from './resume-note.ts';

/** A function that is there already: called at its URL, else by Invoke under its name. */
export interface DeployedFunction {
  readonly url?: string;
  /** Of the URL. */
  readonly frontDoor?: 'url' | 'http-api';
  /** Name or ARN; beside a URL the one under which traces and log lines are found. */
  readonly functionName?: string;
  /** Values are secret. */
  readonly headers: Headers;
  /** What an earlier part of the run was told of it. */
  readonly known?: Learned;
}

/** Ours, on the embedded emulator. */
export interface EmulatedFunction {
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
  readonly idleTimeoutMs: number;
  /** Of a random time instead, `idleTimeoutMs` at most. */
  readonly idleHalfLifeMs?: number;
  /** An older environment takes no more calls. */
  readonly maxAgeMs?: number;
  /** Environments initialised ahead of any call. */
  readonly proactive: number;
  readonly frontDoor: 'url' | 'http-api' | 'invoke';
  readonly traceLayout: TraceLayout;
  /** Of one inference; the function chooses by its memory when absent. */
  readonly threads?: number;
  /** Environments at most, and calls at once: ten, or as many as are proactive, when absent. */
  readonly concurrency?: number;
  /** From the end of a call until its trace can be read. */
  readonly traceDelayMs: number;
  readonly shares: SharesChoice;
}

export interface TargetOptions {
  /** That of `resnet-bench aws policy`, for hints. */
  readonly command?: string;
  /** Paths, at least one. */
  readonly images: readonly string[];
  /** By what the record calls them; by their paths when absent. */
  readonly imageNames?: readonly string[];
  readonly targets: readonly TargetName[];
  readonly deployed?: DeployedFunction;
  /** Used when nothing is deployed. */
  readonly emulated: EmulatedFunction;
  readonly evidence: EvidenceChoice;
  /** For a whole call. */
  readonly timeoutMs: number;
  readonly connection: 'keep' | 'new';
  /** Of the local target, as are model and preprocessing when the function is a deployed one. */
  readonly threads: number;
  /** What they were chosen by. */
  readonly threadsBy?: string;
  readonly model?: string;
  /** What `model` stood for when an earlier part of the run chose it. */
  readonly modelFile?: string;
  readonly preprocess: PreprocessMode;
  /** Calls a second that are traced at most; all when absent. */
  readonly traceRate?: number;
  /** Each call is to meet a new environment, here a new process. */
  readonly cold?: ColdChoice;
}

export interface ColdChoice {
  /** Waited before each call but the first, for idle environments to be reclaimed; they are ended, or the function changed, when absent. */
  readonly waitMs?: number;
}

export interface PreparedTargets {
  readonly images: readonly Image[];
  /** In the order of the targets. */
  readonly runners: ReadonlyMap<TargetName, Runner>;
  /** Those options that had a say, for the record; of headers their names, of the address what may be shown. */
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly resumeNote: ResumeNote;
}

/** Calls at once beyond one: while an environment is being ended, or a call takes longer than an interval. */
const CONCURRENCY = 10;

/** What all targets of a run have in common. */
export interface Work {
  readonly images: readonly Image[];
  /** Absent where no target needs one of this machine's. */
  readonly model: ChosenModel | undefined;
  readonly recorded: PreparedTargets['recorded'];
  readonly resumeNote: ResumeNote;
}

/** Reads the pictures and finds the model where one is needed. Throws UsageError or SetupError when one of them cannot be had. */
export async function prepareWork(options: TargetOptions, modelOptions: ModelOptions): Promise<Work> {
  const { deployed, targets } = options;
  // Before anything slow is done.
  const url = deployed?.url === undefined ? undefined : shownAddress(deployed.url, deployed.frontDoor);
  const images = await loadImages(options.images, options.imageNames);
  const needsModel = targets.includes('local') || (targets.includes('lambda') && deployed === undefined);
  const model = needsModel ? await chooseModel(options.modelFile ?? options.model, modelOptions) : undefined;
  return {
    images,
    model,
    recorded: recordedOptions(options, images, url),
    resumeNote: resumeNoteOf(options.images, model, deployed?.url !== undefined && holdsSecret(deployed.url)),
  };
}

export function runnerFor(name: TargetName, options: TargetOptions, { images, model }: Work): Runner {
  return name === 'local' ? localRunner(options, model!) : lambdaRunner(options, images, model);
}

/** Throws as `prepareWork` does. */
export async function prepareTargets(options: TargetOptions, modelOptions: ModelOptions): Promise<PreparedTargets> {
  const work = await prepareWork(options, modelOptions);
  return { ...work, runners: new Map(options.targets.map(name => [name, runnerFor(name, options, work)])) };
}

/** Throws UsageError for an address that is none, or that another front door answers than is said. */
function shownAddress(url: string, frontDoor: 'url' | 'http-api' | undefined): string {
  const address = parseAddress(url);
  if (frontDoor !== undefined && address.frontDoor !== undefined && address.frontDoor !== frontDoor) {
    throw new UsageError(
      `--front-door ${frontDoor}: ${address.shown} is the other one`,
      'leave it out: the address tells',
    );
  }
  return address.shown;
}

function localRunner({ threads, threadsBy, preprocess, cold }: TargetOptions, { file, info }: ChosenModel): Runner {
  const by = threadsBy === undefined ? {} : { threadsBy };
  const options = { modelFile: file, model: info, threads, ...by, preprocess };
  if (cold === undefined) return new LocalRunner(options);
  return new FreshProcessRunner({ ...options, command: nodeProgram(FRESH_PROCESS_MAIN) });
}

function lambdaRunner(options: TargetOptions, images: readonly Image[], model: ChosenModel | undefined): Runner {
  const { deployed, emulated, evidence, timeoutMs, connection, preprocess, cold, traceRate, command } = options;
  if (deployed !== undefined) {
    const runner = deployedRunner(deployed, evidence, command, { timeoutMs, connection, images, traceRate });
    return coldOf(runner, cold, () => byChanging(deployed.functionName!));
  }
  const runner = new EmulatedLambdaRunner({
    ...emulated,
    evidence,
    model: model!,
    preprocess,
    timeoutMs,
    functionTimeoutMs: Math.min(timeoutMs, LONGEST_FUNCTION_TIMEOUT_MS),
    concurrency: emulated.concurrency ?? Math.max(CONCURRENCY, emulated.proactive),
    ...(traceRate !== undefined && { traceRate }),
    connection,
    images,
  });
  return coldOf(runner, cold, () => ({ prepare: async () => void (await runner.emulator?.endIdleEnvironments()) }));
}

function coldOf(runner: Runner, cold: ColdChoice | undefined, others: () => Preparation): Runner {
  if (cold === undefined) return runner;
  return prepared(runner, cold.waitMs === undefined ? others() : byWaiting(cold.waitMs));
}

function deployedRunner(
  { url, frontDoor, headers, functionName, known }: DeployedFunction,
  choice: EvidenceChoice,
  command: string | undefined,
  common: Pick<LambdaRunnerOptions, 'timeoutMs' | 'connection' | 'images' | 'traceRate'>,
): Runner {
  const named = {
    ...(command !== undefined && { command }),
    ...(url !== undefined && { url }),
    ...(functionName !== undefined && { functionName }),
  };
  const evidence = deployedEvidence(choice, named, process.env);
  const metrics = deployedMetrics(choice, named, process.env);
  const emulated = isPlayedHere(named, process.env);
  const options = { ...common, emulated, evidence, metrics, ...(known && { known }) };
  if (url !== undefined) {
    const name = functionName === undefined ? undefined : plainName(functionName);
    return new LambdaRunner({ ...options, url, frontDoor, headers, functionName: name });
  }
  if (functionName === undefined) throw new Error('a deployed function without URL and name');
  const region = regionOf(functionName);
  const access = region === undefined ? {} : { region };
  return new LambdaRunner({ ...options, invoke: { functionName, access, command } });
}

function recordedOptions(
  options: TargetOptions,
  images: readonly Image[],
  url: string | undefined,
): Record<string, unknown> {
  const { deployed, emulated, evidence, threads, model, preprocess, targets, timeoutMs, connection } = options;
  const local = targets.includes('local');
  const lambda = targets.includes('lambda');
  return {
    images: images.map(({ name }) => name),
    targets,
    ...(lambda && { timeoutMs, connection, ...evidence }),
    ...(lambda && deployed === undefined && flat(emulated)),
    ...(lambda &&
      deployed !== undefined && {
        ...(url !== undefined && { url }),
        ...(deployed.functionName !== undefined && { functionName: deployed.functionName }),
        ...(deployed.frontDoor !== undefined && { frontDoor: deployed.frontDoor }),
        headers: Object.keys(deployed.headers),
      }),
    ...(local && { threads }),
    ...((local || deployed === undefined) && { ...(model !== undefined && { model }), preprocess }),
  };
}

function flat({ shares, ...others }: EmulatedFunction): Record<string, unknown> {
  return { ...others, ...shares };
}
