/** `resnet-bench lambda`: a function, deployed or emulated, in a closed loop; beside the classifier in this process when asked. */
import { UsageError } from '../../core/errors.ts';
import type { PreprocessMode } from '../../core/preprocess-mode.ts';
import type { RunRecord } from '../../core/record.ts';
import type { TargetName } from '../../core/target-name.ts';
import { type DeployedFunction, planLambda } from '../../runs/lambda-plan.ts';
import { defaultImages } from '../default-images.ts';
import { withModelProgress } from '../model-progress.ts';
import { again, type NextStep, pullStep, reportStep } from '../next.ts';
import { present } from '../present.ts';

export interface LambdaOptions {
  readonly url?: string;
  readonly frontDoor?: 'url' | 'http-api';
  readonly header?: Readonly<Record<string, string>>;
  /** Milliseconds, as are the other durations. */
  readonly timeout: number;
  readonly connection: 'keep' | 'new';
  readonly target: readonly TargetName[];
  readonly iterations?: number;
  readonly duration?: number;
  readonly warmup: number;
  readonly memory: number;
  readonly idleTimeout: number;
  readonly proactive: number;
  readonly threads: number;
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly out: string;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runLambda(
  paths: readonly string[],
  options: LambdaOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  refuseWithoutEffect(options, given);
  const { iterations, duration, warmup, threads, model, preprocess, out, json, target: targets } = options;
  const limits = {
    ...(iterations !== undefined && { iterations }),
    ...(duration !== undefined && { durationMs: duration }),
  };
  const deployed = deployedFunction(options);
  const plan = await withModelProgress(onEvent =>
    planLambda(
      {
        images: paths.length > 0 ? paths : defaultImages(),
        ...limits,
        warmup,
        targets,
        ...(deployed && { deployed }),
        emulated: {
          memoryMb: options.memory,
          idleTimeoutMs: options.idleTimeout,
          proactive: options.proactive,
        },
        timeoutMs: options.timeout,
        connection: options.connection,
        threads,
        ...(model !== undefined && { model }),
        preprocess,
        outDir: out,
      },
      { signal, onEvent },
    ),
  );
  return present(plan, {
    json: json === true,
    limits,
    signal,
    out,
    next: record => nextSteps(record, paths, options, given('memory') ? ['--memory', `${options.memory}`] : []),
  });
}

function deployedFunction({ url, frontDoor, header = {} }: LambdaOptions): DeployedFunction | undefined {
  return url === undefined ? undefined : { url, ...(frontDoor && { frontDoor }), headers: header };
}

/** Options of the one kind of function say nothing about the other. Those from the environment may: it is set once for all commands. */
function refuseWithoutEffect({ url, target }: LambdaOptions, given: (name: string) => boolean): void {
  const flags = (names: Record<string, string>) =>
    Object.entries(names).flatMap(([name, flag]) => (given(name) ? [flag] : []));
  const local = target.includes('local');
  if (!target.includes('lambda')) {
    throw new UsageError('--target leaves lambda out', 'resnet-bench local measures this process alone');
  }
  const [forUrl] = url === undefined ? flags({ frontDoor: '--front-door', header: '--header' }) : [];
  if (forUrl !== undefined) {
    throw new UsageError(`${forUrl} is for a deployed function, and there is no --url`, 'add --url, or leave it out');
  }
  const [forEmulated] =
    url === undefined ? [] : flags({ memory: '--memory', idleTimeout: '--idle-timeout', proactive: '--proactive' });
  if (forEmulated !== undefined) {
    throw new UsageError(
      `${forEmulated} is for the emulated function, and ${given('url') ? '--url names' : 'RESNET_BENCH_URL names'} a deployed one`,
      'leave one of the two out',
    );
  }
  const [forLocal] = local
    ? []
    : flags({ threads: '--threads', ...(url !== undefined && { model: '--model', preprocess: '--preprocess' }) });
  if (forLocal !== undefined) {
    throw new UsageError(
      `${forLocal} is for this process, which is not measured`,
      'add --target local,lambda, or leave it out',
    );
  }
}

function nextSteps(
  record: RunRecord,
  images: readonly string[],
  options: LambdaOptions,
  memory: readonly string[],
): NextStep[] {
  const { url, target, model, preprocess, out } = options;
  const asked = { images, ...(model !== undefined && { model }), preprocess, out };
  const both = target.includes('local');
  const other: NextStep = both
    ? {
        words: again(['lambda', '--url', 'https://...', '--target', 'local,lambda'], asked),
        what: 'a deployed function',
      }
    : url === undefined
      ? {
          words: again(['lambda', '--target', 'local,lambda', ...memory], asked),
          what: 'side by side with this process, in turns',
        }
      : // An address may hold a secret, so it is not repeated.
        { words: again(['local'], asked), what: 'the same in this process' };
  return [...pullStep(record), ...(both && url !== undefined ? [] : [other]), reportStep(out)];
}
