/** Where traces and log lines of a function's calls are looked for, and at what pace. */
import { policyOf } from '../core/policy-hint.ts';
import type { LambdaRunnerOptions } from '../runners/lambda.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import { regionOf } from '../runners/lambda-door.ts';

type EvidenceOptions = NonNullable<LambdaRunnerOptions['evidence']>;
type MetricsOptions = NonNullable<LambdaRunnerOptions['metrics']>;

/** As a user chooses; what is absent depends on who answers. */
export interface EvidenceChoice {
  readonly traces: boolean;
  readonly logs: boolean;
  /** CloudWatch's figures of the run, which only some commands ask for. */
  readonly metrics?: boolean;
  /** For these, after the last call. */
  readonly metricPatienceMs?: number;
  /** Between two looks. */
  readonly traceIntervalMs?: number;
  /** Looks at one call before the end of the run. */
  readonly traceAttempts: number;
  /** After the last call. */
  readonly tracePatienceMs?: number;
}

/** X-Ray needs seconds, and is throttled; the emulator has what it has at once. */
const AWS = { intervalMs: 5_000, patienceMs: 180_000 } as const;
const EMULATOR = { intervalMs: 1_000, lastIntervalMs: 100, patienceMs: 5_000 } as const;

/** Metrics take minutes to appear, and each question is paid for. */
const AWS_METRICS = { intervalMs: 20_000, patienceMs: 300_000 } as const;
const EMULATED_METRICS = { intervalMs: 100, patienceMs: 5_000 } as const;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export interface Deployed {
  /** Of ours, that asks. */
  readonly command?: string;
  readonly url?: string;
  readonly functionName?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Undefined when there is nothing to look for, or nobody has said that the address is AWS's: it says so itself, `--function` names the function, or the
 * variables of the AWS SDK are set. An address of this machine is none of AWS's unless `AWS_ENDPOINT_URL` names who plays it.
 */
export function deployedEvidence(
  choice: EvidenceChoice,
  deployed: Deployed,
  env: Variables,
): EvidenceOptions | undefined {
  if (!choice.traces && !choice.logs) return undefined;
  const found = awsOf(deployed, env);
  if (found === undefined) return undefined;
  const { access, isEmulated } = found;
  return {
    ...whatOf(choice),
    access,
    pace: isEmulated ? emulatorsPace(choice, 0) : awsPace(choice),
    confirm: !isEmulated,
    policy: policyOf(deployed.command, deployed.functionName),
  };
}

/** Undefined where `deployedEvidence` is, too: nobody has said that the function is AWS's. */
export function deployedMetrics(
  choice: EvidenceChoice,
  deployed: Deployed,
  env: Variables,
): MetricsOptions | undefined {
  const found = choice.metrics === true ? awsOf(deployed, env) : undefined;
  if (found === undefined) return undefined;
  const pace = found.isEmulated ? EMULATED_METRICS : AWS_METRICS;
  const policy = policyOf(deployed.command, deployed.functionName);
  return { access: found.access, ...pace, patienceMs: choice.metricPatienceMs ?? pace.patienceMs, policy };
}

export function emulatedMetrics(choice: EvidenceChoice, endpoint: string): MetricsOptions {
  const patienceMs = choice.metricPatienceMs ?? EMULATED_METRICS.patienceMs;
  return { access: { emulator: endpoint }, ...EMULATED_METRICS, patienceMs };
}

/** Who is to be asked about the function; undefined when it is not known to be AWS's. Throws UsageError for an address that is none. */
export function awsOf(
  { url, functionName }: Deployed,
  env: Variables,
): { access: EvidenceOptions['access']; isEmulated: boolean } | undefined {
  const { region: told, origin } = url === undefined ? { region: undefined, origin: undefined } : parseAddress(url);
  const region = told ?? (functionName === undefined ? undefined : regionOf(functionName));
  const endpoint = env.AWS_ENDPOINT_URL || env.AWS_ENDPOINT_URL_XRAY;
  const isHere = origin !== undefined && LOOPBACK.test(new URL(origin).hostname);
  const isChosen = endpoint !== undefined || (!isHere && Boolean(env.AWS_REGION || env.AWS_DEFAULT_REGION));
  if (told === undefined && functionName === undefined && !isChosen) return undefined;
  const isEmulated = endpoint !== undefined && URL.canParse(endpoint) && LOOPBACK.test(new URL(endpoint).hostname);
  return { access: region === undefined ? {} : { region }, isEmulated };
}

/** Under AWS_ENDPOINT_URL somebody on this machine may play AWS: what is measured then is no Lambda. */
export function isPlayedHere(deployed: Deployed, env: Variables): boolean {
  return awsOf(deployed, env)?.isEmulated === true;
}

/** Of the embedded emulator at that address. */
export function emulatedEvidence(
  choice: EvidenceChoice,
  endpoint: string,
  traceDelayMs: number,
): EvidenceOptions | undefined {
  if (!choice.traces && !choice.logs) return undefined;
  return {
    ...whatOf(choice),
    access: { emulator: endpoint },
    pace: emulatorsPace(choice, traceDelayMs),
    confirm: false,
  };
}

function whatOf({ traces, logs, traceAttempts }: EvidenceChoice) {
  return { traces, logs, attempts: traceAttempts };
}

function awsPace({ traceIntervalMs, tracePatienceMs }: EvidenceChoice): EvidenceOptions['pace'] {
  const intervalMs = traceIntervalMs ?? AWS.intervalMs;
  return { intervalMs, lastIntervalMs: intervalMs, patienceMs: tracePatienceMs ?? AWS.patienceMs };
}

function emulatorsPace(
  { traceIntervalMs, tracePatienceMs }: EvidenceChoice,
  traceDelayMs: number,
): EvidenceOptions['pace'] {
  return {
    intervalMs: traceIntervalMs ?? EMULATOR.intervalMs,
    lastIntervalMs: EMULATOR.lastIntervalMs,
    patienceMs: tracePatienceMs ?? traceDelayMs + EMULATOR.patienceMs,
  };
}
