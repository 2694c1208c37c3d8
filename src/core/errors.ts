/** The errors this program throws on purpose, each with the exit code it leads to. Anything else that is thrown is a bug. */
import type { CallFacts } from './runner.ts';

/** Exit codes of the command line; see the README. */
export const EXIT = { ok: 0, bug: 1, usage: 2, setup: 3, unmet: 4, sighup: 129, sigint: 130, sigterm: 143 } as const;

/** What each means, for docs/reference.md. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  bug: 'a bug in resnet-bench: please report it',
  usage: 'usage: unknown flag, bad value, missing path; nothing was measured',
  setup:
    'setup: no model, a model that does not fit, a folder that cannot be written, a full disk, a function that may not be changed or could not be put back',
  unmet:
    'the run finished and nothing succeeded, here or there; or a `--threshold` was missed; or `--max-cost` ended it',
  sighup: 'ended by SIGHUP after the call in flight; the record is complete',
  sigint: 'the same by Ctrl-C (SIGINT); a second one ends at once, and then the record is as after `kill -9`',
  sigterm: 'the same by SIGTERM',
};

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
export type FailureKind =
  /** The picture is broken or of no known format; it has more pixels than are decoded. */
  | 'undecodable-image'
  | 'image-too-large'
  /** The model ran and failed. */
  | 'inference'
  /** No connection: the name is not known; nobody listens; no way there; no agreement on a certificate or cipher. */
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'tls'
  /** The connection was closed or reset before any of an answer. */
  | 'reset'
  /** The whole answer was not there in time, whatever it waited for. */
  | 'timeout'
  /** What the status says: 403; 413, or refused before sending; 429; another 4xx; a 3xx, which is not followed; 5xx. */
  | 'http-403'
  | 'too-large'
  | 'throttled'
  | 'http-4xx'
  | 'redirect'
  | 'http-5xx'
  /** Invoke says that the function crashed, threw or took too long. */
  | 'function-error'
  /** An answer in no HTTP; one in no JSON (HTML); one that breaks off; JSON without predictions that can be right. */
  | 'not-http'
  | 'not-json'
  | 'truncated'
  | 'bad-answer'
  /** In flight when the run was interrupted. */
  | 'interrupted';

/** One query failed. Thrown by runners and the classifier, and turned into a failed sample by `issue`; it never ends a run. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly kind: FailureKind;
  readonly httpStatus: number | undefined;
  /** What is known of the call all the same, so that its trace and its log can be found. */
  readonly call: Readonly<CallFacts>;

  constructor(
    kind: FailureKind,
    message: string,
    { httpStatus, cause, call = {} }: { httpStatus?: number | undefined; cause?: unknown; call?: CallFacts } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.httpStatus = httpStatus;
    this.call = call;
  }
}

/** The message of whatever was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s+/g, ' ').trim();
}
