/** What the emulator's process is told: one JSON argument, checked here. */
import { z } from 'zod';
import { LONGEST_FUNCTION_TIMEOUT_MS, MB_PER_CPU } from '../core/lambda-limits.ts';
import { LOG_FORMATS, SAMPLINGS, TRACE_LAYOUTS, TRACE_PARTIALS } from '../core/lambda-telemetry.ts';

/** Variables that Lambda sets and a function's configuration may not. */
const RESERVED =
  /^(_X_AMZN_TRACE_ID|_HANDLER|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_(GROUP|STREAM)_NAME|RUNTIME_API|MAX_CONCURRENCY|METADATA_(API|TOKEN))|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** Whether Lambda sets this variable itself. */
export function isReserved(name: string): boolean {
  return RESERVED.test(name);
}

/** Longest pause a timer of Node can make. */
const timerMs = () =>
  z
    .number()
    .positive()
    .max(2 ** 31 - 1);

/** CORS of a front door, under AWS's own names. */
export const corsSchema = z.strictObject({
  allowOrigins: z.array(z.string()).default([]),
  allowMethods: z.array(z.string()).default([]),
  allowHeaders: z.array(z.string()).default([]),
  exposeHeaders: z.array(z.string()).default([]),
  allowCredentials: z.boolean().default(false),
  maxAgeSeconds: z.int().min(0).max(86_400).default(0),
});
export type Cors = z.output<typeof corsSchema>;

/** Of the AWS API, Invoke included; not of the function's addresses. */
export const API_FAULTS = ['denied', 'expired', 'throttled', 'skewed', 'down', 'silent'] as const;
const apiFaultSchema = z.strictObject({
  /** `xray:BatchGetTraces` and so on; `*`: any. */
  operation: z.string(),
  fault: z.enum(API_FAULTS),
  /** So many times; always when left out. */
  times: z.int().positive().exactOptional(),
});
export type ApiFault = z.output<typeof apiFaultSchema>;

export const emulatorConfigSchema = z
  .strictObject({
    functionName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a function name: letters, digits, - and _, at most 64'),
    memoryMb: z.int().min(128).max(10_240),
    /** Function timeout. AWS takes whole seconds up to 900. */
    timeoutMs: z.number().positive().max(LONGEST_FUNCTION_TIMEOUT_MS),
    /** Reserved concurrency: calls in flight beyond it are throttled. */
    concurrency: z.int().positive(),
    idleTimeoutMs: timerMs(),
    /** Of the time until an idle environment is reclaimed, which is random then; `idleTimeoutMs` stays the longest. */
    idleHalfLifeMs: timerMs().exactOptional(),
    /** An environment takes no call beyond this age. AWS recycles busy ones too, every few hours. */
    maxAgeMs: timerMs().exactOptional(),
    /** Environments initialised before the ready line, ahead of any call. */
    proactive: z.int().nonnegative().default(0),
    /** Of the Function URL; the HTTP API gets the next one, the AWS endpoint the one after. 0: any three. */
    port: z.int().min(0).max(65_533).default(0),
    /** Program and arguments, started in `taskRoot`; must speak the Runtime API. */
    bootstrap: z.array(z.string()).min(1),
    /** `_HANDLER`; left out: the last word of `bootstrap`, as with an image's CMD. */
    handler: z.string().exactOptional(),
    /** Absolute. */
    taskRoot: z.string().startsWith('/'),
    /** The function's own variables, on top of Lambda's. */
    env: z
      .record(z.string(), z.string())
      .default({})
      .refine(env => !Object.keys(env).some(isReserved), 'sets a variable that Lambda reserves'),
    /** CPU and memory as AWS gives them for `memoryMb`, where the system lets us. */
    limits: z.boolean().default(true),
    /** Of the CPU quota: how long a function that has used it up waits at most. AWS does not say. */
    cpuPeriodMs: z.number().min(2).max(1_000).default(20),
    /** Initialisation with two CPUs, whatever the memory, as others have measured it on AWS. */
    initBoost: z.boolean().default(false),
    /** Environments stand still between calls. */
    freeze: z.boolean().default(true),
    region: z.string().default('us-east-1'),
    accountId: z
      .string()
      .regex(/^\d{12}$/)
      .default('123456789012'),
    tracing: z.enum(['Active', 'PassThrough']).default('Active'),
    sampling: z.enum(SAMPLINGS).default('all'),
    traceLayout: z.enum(TRACE_LAYOUTS).default('old'),
    /** From the end of a call until its trace can be read. */
    traceDelayMs: timerMs().or(z.literal(0)).default(0),
    /** From the end of a call until it counts in CloudWatch's metrics. On AWS minutes. */
    metricDelayMs: timerMs().or(z.literal(0)).default(0),
    tracePartial: z.enum(TRACE_PARTIALS).default('no'),
    /** Where the account's traces go: with CloudWatchLogs (Transaction Search) X-Ray's own API finds none of them. */
    traceDestination: z.enum(['XRay', 'CloudWatchLogs']).default('XRay'),
    logFormat: z.enum(LOG_FORMATS).default('text'),
    /** Of JSON logs: with DEBUG the parts of each call stand in them. */
    systemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).default('INFO'),
    /** Operations of the AWS API that go wrong, the first that fits. */
    apiFaults: z.array(apiFaultSchema).default([]),
    /** Where lines go besides the ring in memory. */
    logs: z.enum(['memory', 'stderr']).default('memory'),
    cors: corsSchema.exactOptional(),
    /** Of the HTTP API: it answers preflights itself, and takes the function's own CORS headers out. */
    httpApiCors: corsSchema.exactOptional(),
    /** A changed configuration serves no call before that. On AWS seconds. */
    updateMs: timerMs().default(500),
    /** AWS's limits, parameters for the sake of tests. */
    initTimeoutMs: timerMs().default(10_000),
    httpApiTimeoutMs: timerMs().default(30_000),
  })
  .refine(config => config.proactive <= config.concurrency, 'proactive is more than concurrency')
  // The kernel's least quota.
  .refine(
    ({ memoryMb, cpuPeriodMs }) => (memoryMb / MB_PER_CPU) * cpuPeriodMs >= 1,
    'the CPU period is too short for so little memory: its share must be at least a millisecond',
  );

/** As a caller writes it. */
export type EmulatorOptions = z.input<typeof emulatorConfigSchema>;
/** With every default filled in. */
export type EmulatorConfig = z.output<typeof emulatorConfigSchema>;

export function functionArn(config: EmulatorConfig): string {
  return `arn:aws:lambda:${config.region}:${config.accountId}:function:${config.functionName}`;
}
