/** Whatever was thrown, in the words of the Runtime API and of the log. */
import { inspect, types } from 'node:util';

/** Body of an error call. */
export interface ErrorReport {
  readonly errorMessage: string;
  readonly errorType: string;
  readonly stackTrace: readonly string[];
}

/** Never throws, whatever it is given. */
export function errorReport(thrown: unknown): ErrorReport {
  try {
    if (!isError(thrown)) {
      const errorMessage = typeof thrown === 'string' ? thrown : inspect(thrown);
      return { errorMessage, errorType: typeof thrown, stackTrace: [] };
    }
    const { name, message, stack } = thrown;
    return { errorMessage: String(message), errorType: String(name), stackTrace: linesOf(stack ?? '') };
  } catch {
    return { errorMessage: 'it was thrown, and throws when it is looked at', errorType: 'Unknown', stackTrace: [] };
  }
}

/**
 * Puts an error into the log, with its causes, as one line of JSON: Lambda makes an event of every line. The names are those
 * of Lambda's own JSON logs. Not by console.error, which prints a line for each line of the stack.
 */
export function logError(thrown: unknown, requestId?: string): void {
  const { errorMessage, errorType, stackTrace } = errorReport(thrown);
  const event = { timestamp: new Date().toISOString(), level: 'ERROR', requestId, errorType, errorMessage };
  process.stderr.write(`${JSON.stringify({ ...event, stackTrace: withCauses(thrown) ?? stackTrace })}\n`);
}

function withCauses(thrown: unknown): readonly string[] | undefined {
  try {
    return isError(thrown) ? linesOf(inspect(thrown)) : undefined;
  } catch {
    return undefined;
  }
}

/** Of another realm (node:vm) too, where `instanceof` says no. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').map(line => line.trim());
}
