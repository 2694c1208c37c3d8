/** Why a request of k6 has no answer, by k6's code: its words are not kept, since they hold the whole address. */
import { formatDuration } from '../../core/duration.ts';
import { type FailureKind, QueryError } from '../../core/errors.ts';

/** By the beginning of the code, the longer ones first. Source: lib/netext/httpext/error_codes.go of k6. */
const KINDS: readonly (readonly [prefix: string, kind: FailureKind, what: string])[] = [
  ['1050', 'timeout', 'no whole answer'],
  ['1211', 'timeout', 'no connection'],
  ['1212', 'refused', 'the connection was refused'],
  ['1220', 'reset', 'the connection was reset'],
  ['1201', 'reset', 'the connection was closed'],
  ['11', 'dns', 'the name cannot be found'],
  ['12', 'unreachable', 'no connection'],
  ['13', 'tls', 'no TLS connection'],
  ['16', 'reset', 'HTTP/2 was broken off'],
  ['17', 'not-json', 'an answer that cannot be decompressed'],
];

export function k6Failure(code: string | undefined, timeoutMs: number | undefined): QueryError {
  const [, kind, what] = KINDS.find(([prefix]) => code?.startsWith(prefix)) ?? ['', 'reset', 'no answer'];
  const within = kind === 'timeout' && timeoutMs !== undefined ? ` within ${formatDuration(timeoutMs)}` : '';
  return new QueryError(kind, `${what}${within} (${code === undefined ? 'k6 names no code' : `k6's code ${code}`})`);
}
