/** What the emulator's process is told: one JSON argument, checked here. */
import { z } from 'zod';
import { LONGEST_FUNCTION_TIMEOUT_MS } from '../core/lambda-limits.ts';

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

/** CORS of a Function URL, under AWS's own names. */
export const corsSchema = z.strictObject({
  allowOrigins: z.array(z.string()).default([]),
  allowMethods: z.array(z.string()).default([]),
  allowHeaders: z.array(z.string()).default([]),
  exposeHeaders: z.array(z.string()).default([]),
  allowCredentials: z.boolean().default(false),
  maxAgeSeconds: z.int().min(0).max(86_400).default(0),
});
export type Cors = z.output<typeof corsSchema>;

export const emulatorConfigSchema = z
  .strictObject({
    functionName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a function name: letters, digits, - and _, at most 64'),
    memoryMb: z.int().min(128).max(10_240),
    /** Function timeout. AWS takes whole seconds up to 900. */
    timeoutMs: z.number().positive().max(LONGEST_FUNCTION_TIMEOUT_MS),
    /** Reserved concurrency: calls in flight beyond it are throttled. */
    concurrency: z.int().positive(),
    idleTimeoutMs: timerMs(),
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
    region: z.string().default('us-east-1'),
    accountId: z
      .string()
      .regex(/^\d{12}$/)
      .default('123456789012'),
    tracing: z.enum(['Active', 'PassThrough']).default('Active'),
    logFormat: z.literal('text').default('text'),
    /** Where lines go besides the ring in memory. */
    logs: z.enum(['memory', 'stderr']).default('memory'),
    cors: corsSchema.exactOptional(),
    /** AWS's limits, parameters for the sake of tests. */
    initTimeoutMs: timerMs().default(10_000),
    httpApiTimeoutMs: timerMs().default(30_000),
  })
  .refine(config => config.proactive <= config.concurrency, 'proactive is more than concurrency');

/** As a caller writes it. */
export type EmulatorOptions = z.input<typeof emulatorConfigSchema>;
/** With every default filled in. */
export type EmulatorConfig = z.output<typeof emulatorConfigSchema>;

export function functionArn(config: EmulatorConfig): string {
  return `arn:aws:lambda:${config.region}:${config.accountId}:function:${config.functionName}`;
}
