/** The plan of `resnet-bench lambda`: a function in a closed loop, by itself or in turns with the classifier in this process. */
import { UsageError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { LONGEST_FUNCTION_TIMEOUT_MS } from '../core/lambda-limits.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { Runner } from '../core/runner.ts';
import type { TargetName } from '../core/target-name.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { LambdaRunner } from '../runners/lambda.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import type { Headers } from '../runners/lambda-headers.ts';
import { LocalRunner } from '../runners/local.ts';
import { closedLoop } from '../scenarios/closed-loop.ts';
import { type ChosenModel, chooseModel } from './choose-model.ts';
import { EmulatedLambdaRunner } from './emulated-lambda.ts';
import { loadImages } from './load-images.ts';
import type { RunPlan } from './run-plan.ts';

/** A function that is there already. */
export interface DeployedFunction {
  readonly url: string;
  readonly frontDoor?: 'url' | 'http-api';
  /** Values are secret. */
  readonly headers: Headers;
}

/** Ours, on the embedded emulator. */
export interface EmulatedFunction {
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
  readonly idleTimeoutMs: number;
  /** Environments initialised ahead of any call. */
  readonly proactive: number;
}

export interface LambdaPlanOptions {
  /** Paths, at least one. */
  readonly images: readonly string[];
  /** At least one of the two. */
  readonly iterations?: number;
  readonly durationMs?: number;
  readonly warmup: number;
  /** In the order of their turns. */
  readonly targets: readonly TargetName[];
  readonly deployed?: DeployedFunction;
  /** Used when nothing is deployed. */
  readonly emulated: EmulatedFunction;
  /** For a whole call. */
  readonly timeoutMs: number;
  readonly connection: 'keep' | 'new';
  /** Of the local target, as are model and preprocessing when the function is a deployed one. */
  readonly threads: number;
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly outDir: string;
}

/** A closed loop has one call in flight; a second environment is needed only while a first one is being ended. */
const CONCURRENCY = 10;

/** Reads the pictures and finds the model where one is needed. Throws UsageError or SetupError when one of them cannot be had. */
export async function planLambda(options: LambdaPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { deployed, targets, outDir } = options;
  // Before anything slow is done.
  const url = deployed && shownAddress(deployed);
  const images = await loadImages(options.images);
  const needsModel = deployed === undefined || targets.includes('local');
  const model = needsModel ? await chooseModel(options.model, modelOptions) : undefined;
  return {
    command: 'lambda',
    targets: targets.map(name => ({
      name,
      runner: name === 'local' ? localRunner(options, model!) : lambdaRunner(options, images, model),
      scenario: closedLoop(options),
    })),
    images,
    outDir,
    options: recordedOptions(options, images, url),
  };
}

/** Throws UsageError for an address that is none, or that another front door answers than is said. */
function shownAddress({ url, frontDoor }: DeployedFunction): string {
  const address = parseAddress(url);
  if (frontDoor !== undefined && address.frontDoor !== undefined && address.frontDoor !== frontDoor) {
    throw new UsageError(
      `--front-door ${frontDoor}: ${address.shown} is the other one`,
      'leave it out: the address tells',
    );
  }
  return address.shown;
}

function localRunner({ threads, preprocess }: LambdaPlanOptions, { file, info }: ChosenModel): Runner {
  return new LocalRunner({ modelFile: file, model: info, threads, preprocess });
}

function lambdaRunner(options: LambdaPlanOptions, images: readonly Image[], model: ChosenModel | undefined): Runner {
  const { deployed, emulated, timeoutMs, connection, preprocess } = options;
  if (deployed !== undefined) return new LambdaRunner({ ...deployed, timeoutMs, connection, images });
  return new EmulatedLambdaRunner({
    ...emulated,
    model: model!,
    preprocess,
    timeoutMs,
    functionTimeoutMs: Math.min(timeoutMs, LONGEST_FUNCTION_TIMEOUT_MS),
    concurrency: Math.max(CONCURRENCY, emulated.proactive),
    connection,
    images,
  });
}

/** Those that had a say; of headers their names, of the address what may be shown. */
function recordedOptions(
  options: LambdaPlanOptions,
  images: readonly Image[],
  url: string | undefined,
): Record<string, unknown> {
  const { outDir, deployed, emulated, threads, model, preprocess, ...shared } = options;
  const local = shared.targets.includes('local');
  return {
    ...shared,
    images: images.map(({ name }) => name),
    ...(deployed === undefined
      ? emulated
      : {
          url,
          ...(deployed.frontDoor !== undefined && { frontDoor: deployed.frontDoor }),
          headers: Object.keys(deployed.headers),
        }),
    ...(local && { threads }),
    ...((local || deployed === undefined) && { ...(model !== undefined && { model }), preprocess }),
    out: outDir,
  };
}
