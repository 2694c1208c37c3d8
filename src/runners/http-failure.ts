/** Why a call over HTTP failed, as a kind and one line. Nothing of the request but its host is ever in the line. */
import { formatDuration } from '../core/duration.ts';
import { type FailureKind, QueryError } from '../core/errors.ts';

/** How far a call got. */
export type Stage = 'resolving' | 'connecting' | 'securing' | 'asking' | 'answering';

/** How a call broke off. */
export interface BreakOff {
  readonly stage: Stage;
  readonly host: string;
  readonly reused: boolean;
  /** Of the answer, once it has begun. */
  readonly httpStatus?: number | undefined;
  readonly cause: unknown;
}

const LONGEST_REASON = 200;
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES']);

/** A status that is no success. `told` is what the server says of it. */
export function statusFailure(httpStatus: number, told: string | undefined): QueryError {
  const reason = brief(told ?? '');
  const message = `answered ${httpStatus}${reason && `: ${reason}`}`;
  return new QueryError(kindOfStatus(httpStatus, reason), message, { httpStatus });
}

/** A benchmark that followed would measure another address than the one it names. */
export function redirectFailure(
  httpStatus: number,
  location: string | undefined,
  base: string,
  redact: (text: string) => string,
): QueryError {
  const to = location !== undefined && URL.canParse(location, base) ? new URL(location, base).host : undefined;
  const message = `answered ${httpStatus}, a redirect to ${redact(to ?? 'nowhere')}, which is not followed`;
  return new QueryError('redirect', message, { httpStatus });
}

function kindOfStatus(status: number, reason: string): FailureKind {
  // In our handler's words: the same failure as that of a local run.
  if (status === 400 && reason.startsWith('"image" cannot be decoded')) return 'undecodable-image';
  if (status === 400 && /^"image" has more than \d+ pixels/.test(reason)) return 'image-too-large';
  if (status === 403) return 'http-403';
  if (status === 413) return 'too-large';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'http-5xx';
  return status >= 400 ? 'http-4xx' : status >= 300 ? 'redirect' : 'bad-answer';
}

export function timeoutFailure({ stage, host, httpStatus }: Omit<BreakOff, 'cause'>, timeoutMs: number): QueryError {
  const missing =
    stage === 'answering' ? 'no whole answer' : stage === 'asking' ? 'no answer' : `no connection to ${host}`;
  return failure('timeout', `${missing} within ${formatDuration(timeoutMs)}`, undefined, httpStatus);
}

export function interruptedFailure(cause: unknown): QueryError {
  return failure('interrupted', 'the run was interrupted before there was an answer', cause);
}

/** From an error of the network, of TLS or of HTTP. */
export function breakOffFailure({ stage, host, reused, httpStatus, cause }: BreakOff): QueryError {
  const code = codeOf(cause);
  const coded = (text: string) => (code === undefined ? text : `${text} (${code})`);
  const make = (kind: FailureKind, text: string) => failure(kind, coded(text), cause, httpStatus);
  if (httpStatus !== undefined && (httpStatus < 200 || httpStatus > 299)) return statusFailure(httpStatus, undefined);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return make('bad-answer', `answered ${httpStatus} with more than Lambda can`);
  // Without their cause: it carries what was received.
  if ((cause instanceof Error && cause.name === 'HTTPParserError') || code === 'UND_ERR_HEADERS_OVERFLOW')
    return stage === 'answering'
      ? failure('truncated', coded(`answered ${httpStatus} and broke off`), undefined, httpStatus)
      : failure('not-http', coded(`${host} answered in something else than HTTP`));
  if (stage === 'securing' || code?.startsWith('ERR_SSL') || code === 'EPROTO')
    return make('tls', `no TLS connection to ${host}`);
  if (stage === 'answering') return make('truncated', `answered ${httpStatus} and broke off`);
  if (stage === 'asking')
    return make('reset', `${host} closed the ${reused ? 'kept ' : ''}connection without an answer`);
  if (code === 'ECONNREFUSED') return make('refused', `${host} refuses connections`);
  if (code === 'ETIMEDOUT') return make('timeout', `no connection to ${host}`);
  if (code === 'ECONNRESET') return make('reset', `${host} reset the connection`);
  if (stage === 'resolving' && !UNREACHABLE.has(code ?? '')) return make('dns', `${host} cannot be found`);
  return make('unreachable', `${host} cannot be reached`);
}

function failure(kind: FailureKind, message: string, cause?: unknown, httpStatus?: number): QueryError {
  return new QueryError(kind, message, httpStatus === undefined ? { cause } : { cause, httpStatus });
}

/** Only this of an error is shown: it is a name, and cannot hold a secret. */
function codeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** On one line, and no longer than it must be. */
export function brief(words: string): string {
  const text = words.replace(/\s+/g, ' ').trim();
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}...` : text;
}
