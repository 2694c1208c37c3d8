/** The environment variables a function finds. */
import type { EmulatorConfig } from './config.ts';

/** Dummies of the right shape: nothing here takes a signature, and a user's own never get near. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEMULATEDEMULATED',
  AWS_ACCESS_KEY: 'ASIAEMULATEDEMULATED',
  AWS_SECRET_ACCESS_KEY: 'emulated',
  AWS_SESSION_TOKEN: 'emulated',
} as const;

/** Nothing but PATH comes from the emulator's own environment: what a function sees must not depend on who measures. */
export function environmentVariables(
  config: EmulatorConfig,
  environment: { readonly logStream: string; readonly runtimeApi: string },
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    // Nobody listens there; the X-Ray SDKs' packets are lost without harm.
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
    AWS_LAMBDA_LOG_FORMAT: config.logFormat === 'json' ? 'JSON' : 'Text',
    ...config.env,
    _HANDLER: config.handler ?? config.bootstrap.at(-1) ?? '',
    AWS_REGION: config.region,
    AWS_DEFAULT_REGION: config.region,
    AWS_LAMBDA_FUNCTION_NAME: config.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    // Also of environments initialised ahead of any call: that is what AWS says of them.
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup(config),
    AWS_LAMBDA_LOG_STREAM_NAME: environment.logStream,
    AWS_LAMBDA_RUNTIME_API: environment.runtimeApi,
    LAMBDA_TASK_ROOT: config.taskRoot,
    LAMBDA_RUNTIME_DIR: config.taskRoot,
    ...CREDENTIALS,
  };
}

export function logGroup(config: EmulatorConfig): string {
  return `/aws/lambda/${config.functionName}`;
}

/** `2026/11/23/[$LATEST]<id>`: the id names the environment. */
export function logStreamName(environmentId: string, at: Date): string {
  return `${at.toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${environmentId}`;
}
