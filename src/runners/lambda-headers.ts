/** Headers of a request: those a user adds, checked, beside our own. */
import { UsageError } from '../core/errors.ts';

export type Headers = Readonly<Record<string, string>>;

/** RFC 9110: a token, and a value of visible characters with blanks within. */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They belong to the connection or are made afresh for each call. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-trace-id',
]);

/** Our headers with the user's over them, names in lower case. Throws UsageError, which shows no value. */
export function mergeHeaders(own: Headers, users: Headers): Headers {
  const merged = new Map(Object.entries(own));
  for (const [name, value] of Object.entries(users)) {
    const lower = name.toLowerCase();
    if (!NAME.test(name)) throw new UsageError('--header has a name that no header can have', HINT);
    if (!VALUE.test(value)) throw new UsageError(`--header ${name} has a value that no header can have`, HINT);
    if (OURS.has(lower)) throw new UsageError(`--header ${name} cannot be set: it is made for each call`, HINT);
    merged.set(lower, value);
  }
  return Object.fromEntries(merged);
}

const HINT = "write it as --header 'NAME: VALUE'";
