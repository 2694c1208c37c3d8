/** What commands that may call a function have in common: their options, and which of them say nothing beside others. */
import { UsageError } from '../core/errors.ts';
import type { TraceLayout } from '../core/lambda-telemetry.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { TargetName } from '../core/target-name.ts';
import type { TargetOptions } from '../runs/targets.ts';
import { defaultImages } from './default-images.ts';
import type { JudgingOptions } from './judging.ts';
import { oneFunction } from './stack-options.ts';
import { type ThreadsAsked, threadChoiceOf } from './threads-asked.ts';

export interface FunctionOptions extends JudgingOptions {
  readonly url?: string;
  readonly function?: string;
  readonly stack?: string;
  /** As the stack tells it. */
  readonly logGroup?: string;
  readonly frontDoor?: 'url' | 'http-api' | 'invoke';
  readonly header?: Readonly<Record<string, string>>;
  /** Milliseconds, as are the other durations. */
  readonly timeout: number;
  readonly connection: 'keep' | 'new';
  /** US dollars. */
  readonly maxCost?: number;
  readonly target: readonly TargetName[];
  readonly memory: number;
  readonly idleTimeout: number;
  readonly idleHalfLife?: number;
  readonly maxAge?: number;
  readonly proactive: number;
  readonly limits: 'auto' | 'off';
  readonly cpuPeriod: number;
  readonly initBoost?: boolean;
  readonly traceLayout: TraceLayout;
  readonly traceDelay?: number;
  readonly traces: boolean;
  readonly logs: boolean;
  /** Of commands that ask for them. */
  readonly metrics?: boolean;
  readonly metricPatience?: number;
  readonly traceInterval?: number;
  readonly traceAttempts: number;
  readonly tracePatience?: number;
  readonly threads: ThreadsAsked;
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly out: string;
}

export function targetOptionsOf(
  paths: readonly string[],
  options: FunctionOptions,
): TargetOptions & { outDir: string } {
  const { frontDoor, traceInterval, tracePatience, model } = options;
  const deployed = deployedOf(options);
  return {
    images: paths.length > 0 ? paths : defaultImages(),
    targets: options.target,
    ...(deployed && { deployed }),
    emulated: {
      ...{ memoryMb: options.memory, idleTimeoutMs: options.idleTimeout, proactive: options.proactive },
      ...lifetimesOf(options),
      ...{ frontDoor: frontDoor ?? 'url', traceLayout: options.traceLayout, traceDelayMs: options.traceDelay ?? 0 },
      shares: sharesOf(options),
    },
    evidence: {
      ...{ traces: options.traces, logs: options.logs, traceAttempts: options.traceAttempts },
      ...(options.metrics !== undefined && { metrics: options.metrics }),
      ...(options.metricPatience !== undefined && { metricPatienceMs: options.metricPatience }),
      ...(traceInterval !== undefined && { traceIntervalMs: traceInterval }),
      ...(tracePatience !== undefined && { tracePatienceMs: tracePatience }),
    },
    timeoutMs: options.timeout,
    connection: options.connection,
    ...threadChoiceOf(options.threads),
    ...(model !== undefined && { model }),
    preprocess: options.preprocess,
    outDir: options.out,
  };
}

export function lifetimesOf({ idleHalfLife, maxAge }: Pick<FunctionOptions, 'idleHalfLife' | 'maxAge'>) {
  return {
    ...(idleHalfLife !== undefined && { idleHalfLifeMs: idleHalfLife }),
    ...(maxAge !== undefined && { maxAgeMs: maxAge }),
  };
}

export function sharesOf({
  limits,
  cpuPeriod,
  initBoost,
}: Pick<FunctionOptions, 'limits' | 'cpuPeriod' | 'initBoost'>) {
  return { limits: limits === 'auto', cpuPeriodMs: cpuPeriod, initBoost: initBoost === true };
}

function deployedOf({ url, function: functionName, frontDoor, header = {}, logGroup }: FunctionOptions) {
  const known = logGroup === undefined ? {} : { known: { logGroup } };
  const named = functionName === undefined ? {} : { functionName, ...known };
  if (url === undefined) return functionName === undefined ? undefined : { ...named, headers: {} };
  return { ...named, url, ...(frontDoor && frontDoor !== 'invoke' && { frontDoor }), headers: header };
}

const OF_LAMBDA = {
  ...{
    url: '--url',
    function: '--function',
    stack: '--stack',
    frontDoor: '--front-door',
    header: '--header',
    timeout: '--timeout',
  },
  ...{ connection: '--connection', traces: '--no-traces', logs: '--no-logs', traceInterval: '--trace-interval' },
  ...{ traceAttempts: '--trace-attempts', tracePatience: '--trace-patience', traceRate: '--trace-rate' },
  ...{ maxCost: '--max-cost', metrics: '--no-metrics', metricPatience: '--metric-patience' },
};
const OF_EMULATED = {
  ...{ memory: '--memory', idleTimeout: '--idle-timeout', proactive: '--proactive', concurrency: '--concurrency' },
  ...{ idleHalfLife: '--idle-half-life', maxAge: '--max-age' },
  ...{ traceLayout: '--trace-layout', traceDelay: '--trace-delay' },
  ...{ limits: '--limits', cpuPeriod: '--cpu-period', initBoost: '--init-boost' },
};
const OF_LIMITS = { cpuPeriod: '--cpu-period', initBoost: '--init-boost' };
const OF_SEARCH = {
  ...{ traceInterval: '--trace-interval', traceAttempts: '--trace-attempts', tracePatience: '--trace-patience' },
};

/** Options of the one kind of function say nothing about the other. Those from the environment may: it is set once for all commands. */
export function refuseWithoutEffect(options: FunctionOptions, given: (name: string) => boolean): void {
  const { url, function: functionName, stack, target, frontDoor, traces, logs } = oneFunction(options, given);
  const refuse = (names: Record<string, string>, why: string, hint: string) => {
    const [flag] = Object.entries(names).flatMap(([name, flag]) => (given(name) ? [flag] : []));
    if (flag !== undefined) throw new UsageError(`${flag} is for ${why}`, hint);
  };
  const deployed = url !== undefined || functionName !== undefined || stack !== undefined;
  if (!target.includes('lambda')) {
    const hint = 'add lambda to --target, or leave it out';
    refuse({ ...OF_LAMBDA, ...OF_EMULATED }, 'lambda, which --target leaves out', hint);
  }
  if (url === undefined && (stack === undefined || frontDoor === 'invoke')) {
    refuse({ header: '--header' }, 'a deployed function, and there is no --url', 'add --url, or leave it out');
  }
  if (url === undefined && functionName !== undefined) {
    refuse(
      { frontDoor: '--front-door' },
      '--url or the emulated function: --function is called by Invoke',
      'leave it out',
    );
  }
  if (url !== undefined && frontDoor === 'invoke' && given('frontDoor')) {
    throw new UsageError('--front-door invoke has no URL', 'name the function by --function instead of --url');
  }
  if (deployed) {
    const names = { url: '--url', function: '--function', stack: '--stack' };
    const [named] = Object.entries(names).flatMap(([name, flag]) => (given(name) ? [`${flag} names`] : []));
    const [variable] = [url && 'URL', functionName && 'FUNCTION', 'STACK'].flatMap(name =>
      name ? [`RESNET_BENCH_${name} names`] : [],
    );
    const why = `the emulated function, and ${named ?? variable} a deployed one`;
    refuse(OF_EMULATED, why, 'leave one of the two out');
  }
  if (options.limits === 'off') {
    refuse(OF_LIMITS, 'the limits of the emulated function, which --limits switches off', 'leave one of the two out');
  }
  if (!traces && !logs) {
    refuse(OF_SEARCH, 'traces and log lines, and both are switched off', 'leave it out');
  }
  if (!target.includes('local')) {
    const names = { threads: '--threads', ...(deployed && { model: '--model', preprocess: '--preprocess' }) };
    refuse(names, 'this process, which is not measured', 'add --target local,lambda, or leave it out');
  }
}
