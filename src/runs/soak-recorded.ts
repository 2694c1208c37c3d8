/** The options of a soak as its record tells them, for the run to go on. */
import { z } from 'zod';
import { messageOf, SetupError, UsageError } from '../core/errors.ts';
import { TRACE_LAYOUTS } from '../core/lambda-telemetry.ts';
import { PREPROCESS_MODES } from '../core/preprocess-mode.ts';
import type { RecordHead } from '../core/record.ts';
import { LEARNED } from '../core/runner.ts';
import { TARGETS } from '../core/target-name.ts';
import type { Headers } from '../runners/lambda-headers.ts';
import type { ResumeNote } from './resume-note.ts';
import type { SoakPlanOptions } from './soak-plan.ts';
import type { DeployedFunction } from './targets.ts';

const ms = z.number().positive();
/** What is absent had no say in the run. */
const recordedSchema = z.object({
  intervalMs: ms,
  durationMs: ms,
  seed: z.int().exactOptional(),
  targets: z.array(z.enum(TARGETS)).min(1),
  timeoutMs: ms.default(1),
  connection: z.enum(['keep', 'new']).default('keep'),
  url: z.string().exactOptional(),
  functionName: z.string().exactOptional(),
  frontDoor: z.enum(['url', 'http-api', 'invoke']).exactOptional(),
  traceLayout: z.enum(TRACE_LAYOUTS).default(TRACE_LAYOUTS[0]),
  traceDelayMs: z.number().nonnegative().default(0),
  limits: z.boolean().default(false),
  cpuPeriodMs: ms.default(20),
  initBoost: z.boolean().default(false),
  traces: z.boolean().default(false),
  logs: z.boolean().default(false),
  metrics: z.boolean().default(false),
  metricPatienceMs: z.number().nonnegative().exactOptional(),
  traceIntervalMs: ms.exactOptional(),
  traceAttempts: z.int().positive().default(1),
  tracePatienceMs: z.number().nonnegative().exactOptional(),
  headers: z.array(z.string()).default([]),
  memoryMb: ms.default(1),
  idleTimeoutMs: ms.default(1),
  idleHalfLifeMs: ms.exactOptional(),
  maxAgeMs: ms.exactOptional(),
  proactive: z.int().nonnegative().default(0),
  threads: z.int().positive().default(1),
  model: z.string().exactOptional(),
  preprocess: z.enum(PREPROCESS_MODES).default(PREPROCESS_MODES[0]),
  out: z.string(),
});
type Recorded = z.infer<typeof recordedSchema>;

/** What the record does not hold. */
export interface Secrets {
  readonly url?: string;
  readonly headers: Headers;
  /** Rather than by the environment, which is set once for all commands. */
  readonly byCommandLine: boolean;
}

/** Throws UsageError when a secret is missing, or given and not of this run; SetupError when the record does not tell enough. */
export function readSoakOptions(head: RecordHead, note: ResumeNote, secrets: Secrets): SoakPlanOptions {
  const recorded = parse(head);
  const { url: _, functionName: __, headers: ___, seed, out, ...others } = recorded;
  const { memoryMb, idleTimeoutMs, proactive, frontDoor = 'url', traceLayout, traceDelayMs, ...more } = others;
  const { limits, cpuPeriodMs, initBoost, idleHalfLifeMs, maxAgeMs, ...yetMore } = more;
  const { traces, logs, traceIntervalMs, traceAttempts, tracePatienceMs, ...mostOthers } = yetMore;
  const { metrics, metricPatienceMs, ...rest } = mostOthers;
  const deployed = deployedOf(head, recorded, note, secrets);
  return {
    ...rest,
    images: note.images,
    imageNames: head.images.map(({ name }) => name),
    ...(seed !== undefined && { shuffleSeed: seed }),
    ...(deployed && { deployed }),
    emulated: {
      ...{ memoryMb, idleTimeoutMs, proactive, frontDoor, traceLayout, traceDelayMs },
      ...(idleHalfLifeMs !== undefined && { idleHalfLifeMs }),
      ...(maxAgeMs !== undefined && { maxAgeMs }),
      shares: { limits, cpuPeriodMs, initBoost },
    },
    evidence: {
      ...{ traces, logs, metrics, traceAttempts },
      ...(metricPatienceMs !== undefined && { metricPatienceMs }),
      ...(traceIntervalMs !== undefined && { traceIntervalMs }),
      ...(tracePatienceMs !== undefined && { tracePatienceMs }),
    },
    ...(note.model && { modelFile: note.model.file }),
    outDir: out,
  };
}

function parse({ run }: RecordHead): Recorded {
  const result = recordedSchema.safeParse(run.options);
  if (result.success) return result.data;
  throw new SetupError(
    `${run.id} does not tell the options it began with: ${messageOf(result.error.issues[0]?.message)}`,
    'start a new run: resnet-bench soak',
  );
}

function deployedOf(
  { run: { id }, targets }: RecordHead,
  { url, functionName, frontDoor, headers }: Recorded,
  { secretAddress }: ResumeNote,
  secrets: Secrets,
): DeployedFunction | undefined {
  const info = targets.find(({ name }) => name === 'lambda')?.info;
  const known = Object.fromEntries(LEARNED.flatMap(fact => (info?.[fact] === undefined ? [] : [[fact, info[fact]]])));
  const named = { ...(functionName !== undefined && { functionName }), known };
  if (url === undefined && functionName !== undefined && !secrets.byCommandLine) return { ...named, headers: {} };
  if (url === undefined) {
    if (!secrets.byCommandLine) return undefined;
    throw new UsageError(`${id} calls no function at a URL`, 'leave --url and --header out');
  }
  if (secretAddress && secrets.url === undefined) {
    throw new UsageError(
      `the address of the function has a part that is kept nowhere`,
      `resnet-bench resume ${id} --url ..., as the run began`,
    );
  }
  const missing = headers.find(name => !(name in secrets.headers));
  if (missing !== undefined) {
    throw new UsageError(
      `the value of the header ${missing} is kept nowhere`,
      `resnet-bench resume ${id} --header '${missing}: ...', as the run began`,
    );
  }
  const address = secretAddress || secrets.byCommandLine ? (secrets.url ?? url) : url;
  // Of the environment's, which are for all commands, those that this run had.
  const own = headers.map(name => [name, secrets.headers[name]!] as const);
  const sent = secrets.byCommandLine ? secrets.headers : Object.fromEntries(own);
  const door = frontDoor === 'invoke' ? undefined : frontDoor;
  return { ...named, url: address, ...(door && { frontDoor: door }), headers: sent };
}
