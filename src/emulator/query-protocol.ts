/** The AWS Query protocol: a form in, XML out. Source: smithy.io, "AWS Query protocol"; CloudFormation and STS API references. */
import Builder from 'fast-xml-builder';
import type { HttpAnswer } from './http-answer.ts';

const builder = new Builder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** Of services whose answers are not JSON: the namespace their clients expect. */
const NAMESPACES: Readonly<Record<string, string>> = {
  cloudformation: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** Names as other protocols have them, and as these services do. */
const CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  ThrottlingException: 'Throttling',
  ServiceUnavailableException: 'ServiceUnavailable',
};

/** Members of the form by their names; lists are not needed here. */
export function queryInput(body: Buffer): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
}

/** `operation`: as a policy names it. Arrays in the answer are lists, `undefined` is left out. */
export function queryAnswer(operation: string, answer: object, requestId: string): HttpAnswer {
  const [service = '', action = ''] = operation.split(':');
  return xml(200, requestId, {
    [`${action}Response`]: {
      '@xmlns': NAMESPACES[service],
      [`${action}Result`]: members(answer),
      ResponseMetadata: { RequestId: requestId },
    },
  });
}

export function queryRefusal(
  { type, message, status }: { type: string; message: string; status: number },
  requestId: string,
): HttpAnswer {
  const error = { Type: status >= 500 ? 'Receiver' : 'Sender', Code: CODES[type] ?? type, Message: message };
  return xml(status, requestId, { ErrorResponse: { Error: error, RequestId: requestId } });
}

/** A list is an element with a `member` for each. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map(members) };
  if (typeof value !== 'object' || value === null) return value;
  const there = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(there.map(([name, inner]) => [name, members(inner)]));
}

function xml(status: number, requestId: string, document: object): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: Buffer.from(builder.build(document)),
  };
}
