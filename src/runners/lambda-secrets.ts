/** What of a request must not come back in words: user and password, values of headers and of the query, however they are written. */
import { unescape as percentDecode } from 'node:querystring';
import type { Address } from './lambda-address.ts';
import type { Headers } from './lambda-headers.ts';
import { quoting, type Redact, redactor } from './lambda-redact.ts';

/** What a message quotes of an answer loses every secret, one of fewer characters than this where it stands alone. */
const SHORTEST_QUOTED = 4;
/** What an answer tells of itself loses credentials in the same way, and of the rest only what is long: `?model=resnet50` is none. */
const SHORTEST_TOLD = { credential: 8, header: 8, query: 12 };
/** Names of headers whose values let somebody in. */
const CREDENTIAL = /auth|cookie|credential|key|password|secret|signature|token/;
/** Less of an encoded secret says nothing. */
const SHORTEST_ENCODED = 3;

/** For messages, and for what is kept of an answer. `own` are the headers that are no secret. */
export function redactors(address: Address, headers: Headers, own: Headers): { quoted: Redact; told: Redact } {
  const users = Object.entries(headers).filter(([name, value]) => own[name] !== value);
  const credentials = [...address.credentials];
  const others: string[] = [];
  for (const [name, value] of users) (CREDENTIAL.test(name) ? credentials : others).push(...piecesOf(value));
  const all = { credential: formsOf(credentials), header: formsOf(others), query: formsOf(address.query) };
  const long = (kind: 'header' | 'query') => all[kind].filter(({ length }) => length >= SHORTEST_TOLD[kind]);
  return {
    quoted: quoting(redactor([...all.credential, ...all.header, ...all.query], SHORTEST_QUOTED)),
    told: redactor([...all.credential, ...long('header'), ...long('query')], SHORTEST_TOLD.credential),
  };
}

/** A value; what follows a scheme as in `Bearer TOKEN`; values within as in `a=b; c=d`; user and password of `Basic`. */
function piecesOf(value: string): string[] {
  const parts = value.split(/[\s;,]+/).flatMap(part => [part, part.slice(part.indexOf('=') + 1)]);
  const basic = /^basic\s+(\S+)/i.exec(value)?.[1];
  const pair = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return [value, ...parts, pair, ...(colon < 0 ? [] : [pair.slice(0, colon), pair.slice(colon + 1)])];
}

/** As it is, percent-encoded and not, within JSON, and in base64 wherever in the encoded bytes it lies. */
function formsOf(secrets: readonly string[]): string[] {
  return secrets.flatMap(secret => {
    const decoded = percentDecode(secret);
    const percent = encodeURIComponent(decoded);
    const written = [secret, decoded, percent, percent.replaceAll('%20', '+'), JSON.stringify(decoded).slice(1, -1)];
    const encoded = [secret, decoded].flatMap(base64Forms).filter(({ length }) => length >= SHORTEST_ENCODED);
    return [...written, ...encoded];
  });
}

/** The characters that the secret alone decides, after 0, 1 and 2 bytes of something else. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap(before => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const from = before === 0 ? 0 : before + 1;
    const to = Math.floor((bytes.length * 4) / 3);
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
}
