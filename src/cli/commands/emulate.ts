/** `resnet-bench emulate`: the embedded Lambda in the foreground. */
import { resolve } from 'node:path';
import { parseArgsStringToArgv } from 'string-argv';
import { EXIT, SetupError, UsageError } from '../../core/errors.ts';
import type { LogFormat, Sampling, TraceLayout, TracePartial } from '../../core/lambda-telemetry.ts';
import type { PreprocessMode } from '../../core/preprocess-mode.ts';
import { type Emulated, emulate, type OwnProgram } from '../../runs/emulate.ts';
import { lifetimesOf, sharesOf } from '../function-targets.ts';
import { withModelProgress } from '../model-progress.ts';

export interface EmulateCommandOptions {
  readonly port: number;
  readonly memory: number;
  /** Milliseconds, as are the other durations. */
  readonly timeout: number;
  readonly concurrency: number;
  readonly idleTimeout: number;
  readonly idleHalfLife?: number;
  readonly maxAge?: number;
  readonly proactive: number;
  readonly limits: 'auto' | 'off';
  readonly cpuPeriod: number;
  readonly initBoost?: boolean;
  readonly bootstrap?: string;
  readonly taskRoot?: string;
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly traceLayout: TraceLayout;
  readonly traceDelay?: number;
  readonly tracePartial: TracePartial;
  readonly metricDelay?: number;
  readonly sampling: Sampling;
  readonly logFormat: LogFormat;
  readonly deny?: readonly string[];
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly json?: boolean;
}

/** Resolves when the emulator has ended, with the exit code; main knows that of a signal. `given` tells which options stood on the command line. */
export async function runEmulate(
  options: EmulateCommandOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const { port, memory, timeout, concurrency, idleTimeout, proactive, env = {}, model, preprocess } = options;
  const { traceLayout, traceDelay = 0, metricDelay = 0, tracePartial, sampling, logFormat } = options;
  if (proactive > concurrency) {
    throw new UsageError(`--proactive ${proactive} is more than --concurrency ${concurrency}`, 'raise --concurrency');
  }
  const program = ownProgram(options, given);
  const emulator = await withModelProgress(onEvent =>
    emulate(
      {
        ...{ port, memoryMb: memory, timeoutMs: timeout, concurrency, idleTimeoutMs: idleTimeout, proactive, env },
        telemetry: {
          traceLayout,
          traceDelayMs: traceDelay,
          metricDelayMs: metricDelay,
          tracePartial,
          sampling,
          logFormat,
        },
        denied: options.deny ?? [],
        ...lifetimesOf(options),
        shares: sharesOf(options),
        ...(program && { program }),
        ...(model !== undefined && { model }),
        preprocess,
      },
      { signal, onEvent },
    ),
  );
  for (const { message, advice } of emulator.warnings)
    process.stderr.write(`warning  ${message}\n         ${advice}\n`);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(addresses(emulator))}\n` : introduce(emulator, memory),
  );
  return untilItEnds(emulator, signal);
}

function ownProgram(
  { bootstrap, taskRoot, handler }: EmulateCommandOptions,
  given: (name: string) => boolean,
): OwnProgram | undefined {
  if (bootstrap === undefined && taskRoot === undefined && handler === undefined) return undefined;
  const words = bootstrap === undefined ? undefined : parseArgsStringToArgv(bootstrap);
  if (words?.length === 0) throw new UsageError('--bootstrap must not be blank', 'leave it out for our own handler');
  for (const name of ['model', 'preprocess']) {
    if (given(name)) {
      const names =
        words === undefined ? '--task-root or --handler names another function' : '--bootstrap names another program';
      throw new UsageError(`--${name} is for our own handler, and ${names}`, 'use --env for it');
    }
  }
  return {
    ...(words !== undefined && { bootstrap: words }),
    taskRoot: resolve(taskRoot ?? '.'),
    ...(handler !== undefined && { handler }),
  };
}

function addresses({ functionUrl, httpApiUrl, invokeEndpoint, pid, signature, cpuShare, frozen }: Emulated) {
  return { functionUrl, httpApiUrl, invokeEndpoint, pid, signature, cpuShare, frozen };
}

function introduce(
  { functionUrl, httpApiUrl, invokeEndpoint, cpuShare, noLimits }: Emulated,
  memoryMb: number,
): string {
  return `Function URL  ${functionUrl}
HTTP API      ${httpApiUrl}
AWS endpoint  ${invokeEndpoint}   (function resnet-bench, ${memoryMb} MB, ${cpuShare === 'unlimited' ? 'no CPU limit' : `${cpuShare} CPU`})
${noLimits === undefined ? '' : `\nno limits: ${noLimits.reason}\n           ${noLimits.advice}\n`}
Anybody on this machine may call it: signatures are not checked. Ctrl-C ends it.

measure it    resnet-bench lambda --url ${functionUrl} --front-door url
by curl       printf '{"image": "%s"}' "$(base64 < dog.jpg | tr -d '\\n')" | curl --data-binary @- ${functionUrl}
AWS CLI       export AWS_ENDPOINT_URL=${invokeEndpoint} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x
              aws lambda invoke --function-name resnet-bench --payload fileb://event.json answer.json
              (event.json holds what curl sends)
              aws logs filter-log-events --log-group-name /aws/lambda/resnet-bench --filter-pattern REPORT
              aws xray batch-get-traces --trace-ids ID   (stands in the REPORT line)
`;
}

async function untilItEnds(emulator: Emulated, signal: AbortSignal): Promise<number> {
  let asked = signal.aborted;
  const end = () => {
    asked = true;
    void emulator.stop();
  };
  signal.addEventListener('abort', end, { once: true });
  if (asked) end();
  await emulator.exited;
  signal.removeEventListener('abort', end);
  if (asked) return EXIT.ok;
  throw new SetupError('the emulator has ended by itself', 'what it said last stands above; run it again');
}
