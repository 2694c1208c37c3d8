/** An environment for tests: a runtime as a child process, with Lambda's variables and no others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Environment {
  readonly pid: number;
  /** When it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
  kill(): void;
}

/** TypeScript as it is, so that no stale build is tested. */
export const TSX = ['--import', import.meta.resolve('tsx')];
export const BOOTSTRAP = fileURLToPath(new URL('../../src/handler/bootstrap.ts', import.meta.url));

export const LOG_STREAM = '2026/11/23/[$LATEST]0123456789abcdef0123456789ABCDEF';
export const ENVIRONMENT_ID = '0123456789abcdef0123456789abcdef';

/** What Lambda sets for a function of 1024 MB. */
export function lambdaVariables(address: string, taskRoot: string): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: address,
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_LAMBDA_FUNCTION_NAME: 'classify',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/classify',
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
  };
}

export interface EnvironmentOptions {
  readonly cwd?: string;
  /** Its output is read once this resolves; until then the pipes fill. */
  readonly readable?: Promise<void>;
}

export function startEnvironment(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { cwd = process.cwd(), readable = Promise.resolve() }: EnvironmentOptions = {},
): Environment {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, args, { cwd, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = (async () => {
    const [[code, signal], stdout, stderr] = await Promise.all([
      once(child, 'exit'),
      readable.then(() => text(child.stdout)),
      readable.then(() => text(child.stderr)),
    ]);
    return { code, signal, stdout, stderr };
  })();
  return { pid: child.pid!, ended, kill: () => child.kill('SIGKILL') };
}
