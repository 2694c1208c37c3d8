/** Answers that come compressed. None is asked for, unless a user does so by a header of their own. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { QueryError } from '../core/errors.ts';
import type { HttpAnswer } from './http-call.ts';
import { MAX_ANSWER_BYTES } from './http-connection.ts';

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Buffer;
const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/** The body as it was before it was compressed. */
export function decodeBody({ status, headers, body }: HttpAnswer): Buffer | QueryError {
  const codings = String(headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map(coding => coding.trim())
    .filter(coding => coding !== '' && coding !== 'identity');
  let decoded = body;
  // What was applied last is taken off first.
  for (const coding of codings.reverse()) {
    const decode = DECODERS.get(coding);
    if (decode === undefined) return failure('not-json', 'in an encoding that is not read here');
    try {
      decoded = decode(decoded, { maxOutputLength: MAX_ANSWER_BYTES });
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
      if (code === 'ERR_BUFFER_TOO_LARGE') return failure('bad-answer', 'with more than Lambda can');
      if (code === 'Z_BUF_ERROR') return failure('truncated', `with a body that breaks off within its ${coding}`);
      return failure('not-json', `with a body that is not ${coding} as its head says`);
    }
  }
  return decoded;

  function failure(kind: 'not-json' | 'bad-answer' | 'truncated', what: string): QueryError {
    return new QueryError(kind, `answered ${status} ${what}`, { httpStatus: status });
  }
}
