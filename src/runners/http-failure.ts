/** Why a call over HTTP failed, as a kind and one line. Nothing of the request but its host is ever in the line. */
import { formatDuration } from '../core/duration.ts';
import { type FailureKind, QueryError } from '../core/errors.ts';

/** How far a call got. */
export type Stage = 'resolving' | 'connecting' | 'securing' | 'asking' | 'answering';

/** Where a call broke off. */
export interface BreakOff {
  readonly stage: Stage;
  readonly host: string;
  readonly reused: boolean;
  /** Of the answer, once its head is there. */
  readonly httpStatus: number | undefined;
}

const LONGEST_REASON = 200;
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES']);

/** A status that is no success. `told` is what the server says of it. */
export function statusFailure(httpStatus: number, told: string | undefined): QueryError {
  const reason = brief(told ?? '');
  const message = `answered ${httpStatus}${reason && `: ${reason}`}`;
  return new QueryError(kindOfStatus(httpStatus, reason), message, { httpStatus });
}

/** Invoke answers 200 and says in a header that the function failed. */
export function functionFailure(httpStatus: number, how: string, told: string): QueryError {
  const reason = brief(told);
  return new QueryError('function-error', `the function failed (${brief(how)})${reason && `: ${reason}`}`, {
    httpStatus,
  });
}

/** A benchmark that followed would measure another address than the one it names. */
export function redirectFailure(
  httpStatus: number,
  location: string | undefined,
  base: string,
  redact: (text: string) => string,
): QueryError {
  const to = location !== undefined && URL.canParse(location, base) ? new URL(location, base).host : undefined;
  const where = to === undefined ? 'a redirect that does not tell where' : `a redirect to ${redact(to)}`;
  const message = `answered ${httpStatus}, ${where}, which is not followed`;
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

export function timeoutFailure({ stage, host, httpStatus }: BreakOff, timeoutMs: number): QueryError {
  const missing =
    stage === 'answering' ? 'no whole answer' : stage === 'asking' ? 'no answer' : `no connection to ${host}`;
  return new QueryError('timeout', `${missing} within ${formatDuration(timeoutMs)}`, { httpStatus });
}

export function interruptedFailure(cause: unknown): QueryError {
  return new QueryError('interrupted', 'the run was interrupted before there was an answer', { cause });
}

/** From an error of the network, of TLS or of HTTP. */
export function breakOffFailure({ stage, host, reused, httpStatus }: BreakOff, cause: unknown): QueryError {
  const code = codeOf(cause);
  const coded = (text: string) => (code === undefined ? text : `${text} (${code})`);
  const make = (kind: FailureKind, text: string) => new QueryError(kind, coded(text), { cause, httpStatus });
  if (httpStatus !== undefined && (httpStatus < 200 || httpStatus > 299)) return statusFailure(httpStatus, undefined);
  const answered = httpStatus === undefined ? `${host} answered` : `answered ${httpStatus}`;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return make('bad-answer', `${answered} with more than Lambda can`);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return make('not-http', `${answered} with more headers than a client takes`);
  // Without their cause: it carries what was received.
  if (isAgainstHttp(cause, code, httpStatus))
    return new QueryError('not-http', coded(`${answered} in something else than HTTP`), { httpStatus });
  if (stage === 'securing' || code?.startsWith('ERR_SSL') || code === 'EPROTO')
    return make('tls', `no TLS connection to ${host}`);
  if (stage === 'answering') return new QueryError('truncated', coded(`${answered} and broke off`), { httpStatus });
  if (code === 'ECONNREFUSED') return make('refused', `${host} refuses connections`);
  if (code === 'ETIMEDOUT')
    return make('timeout', stage === 'asking' ? `no answer from ${host}` : `no connection to ${host}`);
  if (UNREACHABLE.has(code ?? '')) return make('unreachable', `${host} cannot be reached`);
  if (stage === 'asking')
    return make('reset', `${host} closed the ${reused ? 'kept ' : ''}connection without an answer`);
  if (code === 'ECONNRESET') return make('reset', `${host} reset the connection`);
  return stage === 'resolving'
    ? make('dns', `${host} cannot be found`)
    : make('unreachable', `${host} cannot be reached`);
}

/** Whether something came that is no answer, or none to this request: 100 and 101 were not asked for. */
function isAgainstHttp(cause: unknown, code: string | undefined, httpStatus: number | undefined): boolean {
  if (!(cause instanceof Error)) return false;
  // The end of the connection within an answer is no fault of its form.
  if (cause.name === 'HTTPParserError') return code !== 'HPE_INVALID_EOF_STATE';
  if (code === 'UND_ERR_SOCKET') return /^bad (response|upgrade)$/.test(cause.message);
  // Lengths that contradict each other in one head; a status such as 099.
  return httpStatus === undefined && (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'ERR_ASSERTION');
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
