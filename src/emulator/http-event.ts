/** The event a function gets from a Function URL or an HTTP API: payload format 2.0. */
import type { IncomingMessage } from 'node:http';

/** What one front door puts into the event differently from the other. */
export interface DoorFacts {
  readonly accountId: string;
  readonly apiId: string;
  readonly requestId: string;
  /** `Root=...` as the function reads it among the headers. */
  readonly traceHeader: string;
  /** More headers of the door's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly epochMs: number;
}

/** Both doors of AWS speak TLS and nothing else; frameworks send whoever comes without it elsewhere. */
const TLS_HEADERS = { 'x-forwarded-port': '443', 'x-forwarded-proto': 'https' } as const;
/** Between two hops only; never in an event. */
const HOP_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'upgrade',
  'expect',
  'proxy-connection',
]);
/** Content types whose body arrives as text; all others, multipart and form data too, arrive as base64. */
const TEXTUAL = /^text\/|json|xml|javascript/i;

export function httpEvent(request: IncomingMessage, body: Buffer, facts: DoorFacts): object {
  const [rawPath, rawQueryString] = splitTarget(request.url ?? '/');
  const headers: Record<string, string> = { ...eventHeaders(request, facts.traceHeader), ...facts.headers };
  const cookies = headers.cookie?.split(/;\s*/).filter(Boolean) ?? [];
  const query = queryParameters(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: query }),
    requestContext: {
      accountId: facts.accountId,
      apiId: facts.apiId,
      authentication: null,
      domainName: headers.host ?? '',
      domainPrefix: facts.apiId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: facts.requestId,
      routeKey: '$default',
      stage: '$default',
      time: clfTime(new Date(facts.epochMs)),
      timeEpoch: Math.floor(facts.epochMs),
    },
    ...eventBody(body, headers['content-type'] ?? ''),
  };
}

/** Lower-case names, repeated ones joined by a comma, cookies by `; `. */
export function eventHeaders(request: IncomingMessage, traceHeader: string): Record<string, string> {
  // A map: a header may be called `constructor`.
  const headers = new Map<string, string>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!.toLowerCase();
    const value = request.rawHeaders[i + 1]!;
    if (HOP_HEADERS.has(name)) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`);
  }
  const client = request.socket.remoteAddress ?? '127.0.0.1';
  const forwarded = headers.get('x-forwarded-for');
  headers.set('x-forwarded-for', forwarded === undefined ? client : `${forwarded}, ${client}`);
  return { ...Object.fromEntries(headers), ...TLS_HEADERS, 'x-amzn-trace-id': traceHeader };
}

/** Scheme and host may stand before the path: as proxies write it. */
function splitTarget(target: string): [path: string, query: string] {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/is.exec(target) ?? [];
  return [path === '' ? '/' : path, query];
}

function queryParameters(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    const before = parameters.get(key);
    parameters.set(key, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

function eventBody(body: Buffer, contentType: string): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  if (TEXTUAL.test(contentType)) {
    const text = body.toString('utf8');
    // Bytes that are not UTF-8 would not survive as text.
    if (!text.includes('\ufffd') || Buffer.from(text).equals(body)) return { body: text, isBase64Encoded: false };
  }
  return { body: body.toString('base64'), isBase64Encoded: true };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function clfTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
}
