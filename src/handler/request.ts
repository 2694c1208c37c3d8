/** What a caller sent, whatever the event around it, down to the bytes of the picture. */

/** The caller's mistake, in words for the caller: answered with 400. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}

export interface ImageRequest {
  /** The encoded picture. */
  readonly image: Uint8Array;
  /** Length of the request body as the caller sent it; of a plain Invoke, of its event written without blanks. */
  readonly bodyBytes: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

const WANTED = 'send {"image": "<base64 of a JPEG or PNG>"}';
const DATA_URL = /^data:image\/[\w.+-]+;base64,/i;

/** A browser asking for leave to POST. A Function URL or HTTP API with a CORS configuration answers that itself. */
export function isPreflight(event: unknown): boolean {
  if (!isObject(event) || !isObject(event.requestContext)) return false;
  const { http } = event.requestContext;
  return (isObject(http) ? http.method : event.httpMethod) === 'OPTIONS';
}

/** Reads an event of payload 2.0 or 1.0, or the body itself. Throws BadRequestError. */
export function readRequest(event: unknown): ImageRequest {
  const { body, bodyBytes } = isEnvelope(event) ? openEnvelope(event) : plainBody(event);
  return { image: decodeImage(imageOf(body)), bodyBytes };
}

/** Function URLs and HTTP APIs always send a requestContext; people who imitate them by hand at least a body. */
function isEnvelope(event: unknown): event is JsonObject {
  return isObject(event) && (isObject(event.requestContext) || ('body' in event && !('image' in event)));
}

function openEnvelope({ body, isBase64Encoded }: JsonObject): { body: unknown; bodyBytes: number } {
  if (body === undefined || body === null || body === '')
    throw new BadRequestError(`the request has no body: ${WANTED}`);
  if (typeof body !== 'string') throw new BadRequestError("the event's body is not a string");
  const text = isBase64Encoded === true ? decodeBase64(body)?.toString('utf8') : body;
  if (text === undefined) throw new BadRequestError("the event's body is said to be base64 and is not");
  return { body: parseJson(text), bodyBytes: Buffer.byteLength(text) };
}

/** The runtime client has parsed it already, so its length is worked out without writing the picture again. */
function plainBody(event: unknown): { body: unknown; bodyBytes: number } {
  if (!isObject(event) || typeof event.image !== 'string') return { body: event, bodyBytes: 0 };
  const around = Buffer.byteLength(JSON.stringify({ ...event, image: '' }));
  return { body: event, bodyBytes: around + Buffer.byteLength(event.image) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequestError(`the body is not JSON: ${WANTED}`);
  }
}

function imageOf(body: unknown): string {
  if (!isObject(body)) throw new BadRequestError(`the body is not a JSON object: ${WANTED}`);
  if (!Object.hasOwn(body, 'image')) throw new BadRequestError(`the body has no "image": ${WANTED}`);
  const { image } = body;
  if (typeof image !== 'string') throw new BadRequestError('"image" is not a string of base64');
  return image;
}

function decodeImage(text: string): Buffer {
  // Only the start is looked at: the rest may be megabytes.
  const prefix = DATA_URL.exec(text.slice(0, 100))?.[0] ?? '';
  const bytes = decodeBase64(text.slice(prefix.length));
  if (bytes === undefined) throw new BadRequestError('"image" is not base64');
  if (bytes.length === 0) throw new BadRequestError('"image" is empty');
  return bytes;
}

/**
 * Either alphabet of RFC 4648, with or without its padding, wrapped into lines or not; undefined for anything else. Node
 * leaves out what it does not know, so bytes are missing exactly when there was something else in between.
 */
function decodeBase64(text: string): Buffer | undefined {
  return decodeUnwrapped(text) ?? (/\s/.test(text) ? decodeUnwrapped(text.replace(/\s+/g, '')) : undefined);
}

function decodeUnwrapped(text: string): Buffer | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (padding > 0 && text.length % 4 !== 0) return undefined;
  const digits = text.length - padding;
  if (digits % 4 === 1) return undefined;
  // Of a character beyond Latin-1 Node would take the low byte, which may well be a digit.
  if (Buffer.byteLength(text) !== text.length) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
