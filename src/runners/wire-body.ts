/** Opens the body of an answer, plain or nested in `{statusCode, body}`, as far as it goes. */
import { isObject, type JsonObject } from './wire-field.ts';

export interface OpenedBody {
  /** The innermost there is; that of HTTP when it is a failure itself. */
  readonly status: number;
  /** The innermost JSON; undefined when there is none. */
  readonly content: unknown;
  /** The innermost text, where it is no JSON. */
  readonly text?: string;
}

/** Plain, nested once, nested twice, and a string of JSON for good measure. */
const MAX_DEPTH = 4;

export const isSuccess = (status: number) => status >= 200 && status <= 299;

export function openBody(httpStatus: number, body: Uint8Array): OpenedBody {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return openText(httpStatus, text, 1);
}

function openText(status: number, text: string, depth: number): OpenedBody {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  let content: unknown;
  try {
    content = JSON.parse(trimmed);
  } catch {
    return { status, content: undefined, text: trimmed };
  }
  return unwrap(status, content, depth);
}

function unwrap(status: number, content: unknown, depth: number): OpenedBody {
  if (depth >= MAX_DEPTH) return { status, content };
  // A failure may be a quoted sentence; a classification in quotes is JSON written twice.
  if (typeof content === 'string') return openText(status, content, depth + 1);
  if (!isObject(content) || 'predictions' in content) return { status, content };
  const inner = (isSuccess(status) && statusIn(content)) || status;
  const { body = content, isBase64Encoded } = content;
  if (body === content) return { status: inner, content };
  if (typeof body !== 'string') return unwrap(inner, body, depth + 1);
  const text = isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body;
  return openText(inner, text, depth + 1);
}

/** AWS takes "418" as well as 418. */
function statusIn({ statusCode }: JsonObject): number | undefined {
  const status = typeof statusCode === 'string' ? Number(statusCode) : statusCode;
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599 ? Number(status) : undefined;
}

/** What an answer says of its own failure, in the words of our handler, the front doors or Lambda; undefined for a page of HTML. */
export function reasonIn({ content, text }: Pick<OpenedBody, 'content' | 'text'>): string | undefined {
  if (text !== undefined) return text === '' || text.startsWith('<') ? undefined : text;
  if (!isObject(content)) return undefined;
  const told = [content.error, content.message, content.Message, content.errorMessage];
  return told.find(reason => typeof reason === 'string');
}
