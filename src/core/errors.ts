/** The errors this program throws on purpose, each with the exit code it leads to. Anything else that is thrown is a bug. */

/** Exit codes of the command line; see the README. */
export const EXIT = { ok: 0, bug: 1, usage: 2, setup: 3, unmet: 4, sigint: 130, sigterm: 143 } as const;

/** An error a user can act on: printed as one `error:` line and one `hint:` line, without a stack. */
export abstract class BenchError extends Error {
  abstract readonly exitCode: number;
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The command line asks for something that cannot be: unknown flag, bad value, missing path. Thrown before anything is measured. */
export class UsageError extends BenchError {
  readonly exitCode = EXIT.usage;
}

/** The request is sound but the surroundings are not: no model, wrong model, a folder that cannot be written, a full disk. */
export class SetupError extends BenchError {
  readonly exitCode = EXIT.setup;
}

/** Why a single query failed, in words that counts can be kept by. */
export type FailureKind = 'undecodable-image' | 'image-too-large' | 'inference';

/** One query failed. Thrown by runners and the classifier, and turned into a failed sample by `issue`; it never ends a run. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly kind: FailureKind;
  readonly httpStatus: number | undefined;

  constructor(kind: FailureKind, message: string, options: { httpStatus?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.httpStatus = options.httpStatus;
  }
}

/** The message of whatever was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s+/g, ' ').trim();
}
