/** The targets of a page: the classifier in a process beside the server, and a function, deployed or emulated, each made when it is first asked for. */
import type { TargetName } from '../core/target-name.ts';
import { nodeProgram } from '../emulator/node-program.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { OWN_PROCESS_MAIN, OwnProcessRunner } from '../runners/own-process.ts';
import type { ChosenModel } from './choose-model.ts';
import { knownFunction } from './known-function.ts';
import { Neighbours } from './neighbours.ts';
import { SingleCalls } from './single-calls.ts';
import { prepareWork, runnerFor, type TargetOptions } from './targets.ts';

/** Of a deployed function the two are as X-Ray's own pace asks for. */
const AWS_INTERVAL_MS = 5_000;
const EMULATOR_INTERVAL_MS = 500;
/** A look takes a while itself. */
const SLACK_MS = 2_000;
/** As many environments as the emulator makes. */
const LAMBDA_AT_ONCE = 10;

export interface PageTargets {
  readonly calls: ReadonlyMap<TargetName, SingleCalls>;
  /** Of this process, and of the emulated function. */
  readonly model: ChosenModel;
  /** A deployed function is called, not the emulator. */
  readonly isDeployed: boolean;
}

/** Throws UsageError or SetupError when the address is none or no model can be had. */
export async function pageTargets(
  options: Omit<TargetOptions, 'images' | 'targets'>,
  modelOptions: ModelOptions,
): Promise<PageTargets> {
  const whole: TargetOptions = {
    ...options,
    ...paced(options),
    images: [],
    targets: ['local', 'lambda'],
    command: 'serve',
  };
  const work = await prepareWork(whole, modelOptions);
  const model = work.model!;
  const neighbours = new Neighbours();
  const { threads, preprocess } = options;
  const local = () =>
    new OwnProcessRunner({
      ...{ modelFile: model.file, model: model.info, threads, preprocess },
      command: nodeProgram(OWN_PROCESS_MAIN),
    });
  const known = {
    local: { model: model.info, threads, preprocess, emulated: false },
    lambda: knownFunction(options, model),
  };
  const { traceIntervalMs = 0, traceAttempts } = whole.evidence;
  const patienceMs = traceIntervalMs * (traceAttempts + 1) + SLACK_MS;
  return {
    model,
    isDeployed: options.deployed !== undefined,
    calls: new Map([
      [
        'local',
        new SingleCalls({
          ...{ make: local, atOnce: 1, patienceMs: 0, confirmMs: 0, neighbours },
          // Its process times itself.
          ...{ known: known.local, isTimedHere: false },
        }),
      ],
      [
        'lambda',
        new SingleCalls({
          make: () => runnerFor('lambda', whole, work),
          atOnce: LAMBDA_AT_ONCE,
          ...{ patienceMs, neighbours, known: known.lambda, isTimedHere: true },
          confirmMs: options.deployed === undefined ? 0 : traceIntervalMs + SLACK_MS,
        }),
      ],
    ]),
  };
}

/** The emulator has what it has at once, or after its delay; then so many looks as that takes. */
function paced({ deployed, emulated, evidence }: Pick<TargetOptions, 'deployed' | 'emulated' | 'evidence'>) {
  const { traceAttempts, traceIntervalMs = deployed === undefined ? EMULATOR_INTERVAL_MS : AWS_INTERVAL_MS } = evidence;
  const delayed = deployed === undefined ? Math.ceil(emulated.traceDelayMs / traceIntervalMs) : 0;
  return { evidence: { ...evidence, traceIntervalMs, traceAttempts: traceAttempts + delayed } };
}
