/** What commands that may call a function have in common: their options, and which of them say nothing beside others. */
import { UsageError } from '../core/errors.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { TargetName } from '../core/target-name.ts';
import type { TargetOptions } from '../runs/targets.ts';
import { defaultImages } from './default-images.ts';

export interface FunctionOptions {
  readonly url?: string;
  readonly frontDoor?: 'url' | 'http-api';
  readonly header?: Readonly<Record<string, string>>;
  /** Milliseconds, as are the other durations. */
  readonly timeout: number;
  readonly connection: 'keep' | 'new';
  readonly target: readonly TargetName[];
  readonly memory: number;
  readonly idleTimeout: number;
  readonly proactive: number;
  readonly threads: number;
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly out: string;
}

export function targetOptionsOf(
  paths: readonly string[],
  options: FunctionOptions,
): TargetOptions & { outDir: string } {
  const { url, frontDoor, header = {}, model } = options;
  return {
    images: paths.length > 0 ? paths : defaultImages(),
    targets: options.target,
    ...(url !== undefined && { deployed: { url, ...(frontDoor && { frontDoor }), headers: header } }),
    emulated: { memoryMb: options.memory, idleTimeoutMs: options.idleTimeout, proactive: options.proactive },
    timeoutMs: options.timeout,
    connection: options.connection,
    threads: options.threads,
    ...(model !== undefined && { model }),
    preprocess: options.preprocess,
    outDir: options.out,
  };
}

/** Options of the one kind of function say nothing about the other. Those from the environment may: it is set once for all commands. */
export function refuseWithoutEffect({ url, target }: FunctionOptions, given: (name: string) => boolean): void {
  const flags = (names: Record<string, string>) =>
    Object.entries(names).flatMap(([name, flag]) => (given(name) ? [flag] : []));
  const local = target.includes('local');
  const ofLambda = {
    ...{
      url: '--url',
      frontDoor: '--front-door',
      header: '--header',
      timeout: '--timeout',
      connection: '--connection',
    },
    ...{ memory: '--memory', idleTimeout: '--idle-timeout', proactive: '--proactive' },
  };
  const [forLambda] = target.includes('lambda') ? [] : flags(ofLambda);
  if (forLambda !== undefined) {
    throw new UsageError(
      `${forLambda} is for lambda, which --target leaves out`,
      'add lambda to --target, or leave it out',
    );
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
