/** What a function's answer means over HTTP: payload format 2.0's inference. */
import { validateHeaderName, validateHeaderValue } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** The door writes these itself, from the body it sends. */
const OWN_HEADERS = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
]);

/** Undefined when it cannot be sent: not JSON, or a `statusCode` beside fields that are not what they should be. */
export function inferHttpAnswer(payload: Buffer): HttpAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.statusCode === undefined)
    return json(typeof value === 'string' ? value : JSON.stringify(value));
  const status = statusOf(value.statusCode);
  const headers = headersOf(value.headers);
  const cookies = cookiesOf(value.cookies);
  const body = bodyOf(value.body, value.isBase64Encoded === true);
  if (status === undefined || headers === undefined || cookies === undefined || body === undefined) return undefined;
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  headers['content-type'] ??= 'application/json';
  return { status, headers, body };
}

/** An answer of the door's own. */
export function jsonAnswer(status: number, body: object): HttpAnswer {
  return { ...json(JSON.stringify(body)), status };
}

function json(text: string): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}

/** A number or its decimal string. AWS takes 100 to 599; below 200 no HTTP server can end an answer. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

function headersOf(value: unknown): Record<string, string | string[]> | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const headers: Record<string, string | string[]> = {};
  for (const [name, content] of Object.entries(value)) {
    if (content === null) continue;
    const text = scalar(content);
    if (text === undefined || !isHeader(name, text)) return undefined;
    if (!OWN_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = text;
  }
  return headers;
}

function cookiesOf(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  return value.every(cookie => typeof cookie === 'string' && isHeader('set-cookie', cookie)) ? value : undefined;
}

function bodyOf(value: unknown, isBase64: boolean): Buffer | undefined {
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (isObject(value) || Array.isArray(value)) return Buffer.from(JSON.stringify(value));
  const text = scalar(value);
  if (text === undefined || (isBase64 && !isBase64Text(text))) return undefined;
  return Buffer.from(text, isBase64 ? 'base64' : 'utf8');
}

/** Node would decode anything, into garbage. */
function isBase64Text(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
