/** The request of a picture, made once and sent many times. */
import { QueryError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { MOST_EVENT_BYTES } from '../core/lambda-limits.ts';

/** What the front door puts around the body. */
const ENVELOPE_BYTES = 4_096;
export const MAX_BODY_BYTES = MOST_EVENT_BYTES - ENVELOPE_BYTES;

export interface EncodedImage {
  /** `{"image": "<base64>"}`, or an event around it. */
  readonly body: Buffer;
  /** What making it took. */
  readonly encodeMs: number;
}

const [HEAD, TAIL] = ['{"image":"', '"}'];

/** The body within the event that a Function URL would make of it, for Invoke: payload format 2.0. */
const [EVENT_HEAD, EVENT_TAIL] = [
  '{"version":"2.0","routeKey":"$default","rawPath":"/","rawQueryString":"","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"POST","path":"/"},"stage":"$default"},"isBase64Encoded":false,"body":"{\\"image\\":\\"',
  '\\"}"}',
];

/** A picture too large to be sent is an error to be thrown for each call with it. */
export function encodeImage({ bytes }: Image, as: 'body' | 'event' = 'body'): EncodedImage | QueryError {
  const bodyBytes = HEAD.length + 4 * Math.ceil(bytes.length / 3) + TAIL.length;
  if (bodyBytes > MAX_BODY_BYTES) {
    const message = `not sent: the request would have ${bodyBytes} bytes and Lambda takes ${MAX_BODY_BYTES}, so no picture over ${maxImageBytes()} bytes`;
    return new QueryError('too-large', message);
  }
  const started = performance.now();
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const text = as === 'body' ? HEAD + base64 + TAIL : EVENT_HEAD + base64 + EVENT_TAIL;
  const body = Buffer.from(text, 'latin1');
  return { body, encodeMs: performance.now() - started };
}

/** Of a picture as a file, in a body of at most so many bytes. */
export function maxImageBytes(bodyBytes = MAX_BODY_BYTES): number {
  return 3 * Math.floor((bodyBytes - HEAD.length - TAIL.length) / 4);
}
