/** The ways a call fails, as the caller of Invoke reads them: JSON with `errorType` and `errorMessage`. */
import type { Exit } from './runtime-process.ts';

export interface Failure {
  readonly errorType: string;
  /** JSON. */
  readonly payload: Buffer;
}

/** What the runtime itself posted to an error path, passed on as it is. */
export function reportedFailure(body: Buffer, errorTypeHeader: string | undefined, fallback: string): Failure {
  // Anything that does not look like category.reason is replaced, as AWS's own emulator does.
  const type = /^(Runtime|Function)\.[A-Z][A-Za-z]*$/.test(errorTypeHeader ?? '') ? errorTypeHeader! : fallback;
  return { errorType: type, payload: body };
}

export function timeoutFailure(requestId: string, timeoutMs: number): Failure {
  return made('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds(timeoutMs)} seconds`);
}

/** `outOfMemory`: it was killed for want of it. */
export function exitFailure(requestId: string, exit: Exit, outOfMemory = false): Failure {
  const type = outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  return made(type, `RequestId: ${requestId} Error: ${exitWords(exit)}`);
}

/** The program ended before it asked for an event. 126 and 127 are the shell's word for one that cannot be started. */
export function initExitFailure(requestId: string, exit: Exit, program: string, outOfMemory: boolean): Failure {
  if (exit.code !== 126 && exit.code !== 127) return exitFailure(requestId, exit, outOfMemory);
  return made('Runtime.InvalidEntrypoint', `RequestId: ${requestId} Error: fork/exec ${program}: cannot be started`);
}

export function tooLargeFailure(limit: number): Failure {
  const message = `Response payload size exceeded maximum allowed payload size (${limit} bytes).`;
  return made('Function.ResponseSizeTooLarge', message);
}

/** The answer's upload broke off. */
export function truncatedFailure(requestId: string): Failure {
  return made('Runtime.TruncatedResponse', `RequestId: ${requestId} Error: Truncated response`);
}

export function exitWords({ code, signal }: Exit): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code ?? 1}`;
}

export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

function made(errorType: string, errorMessage: string): Failure {
  return { errorType, payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGTERM: 'terminated',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
};
