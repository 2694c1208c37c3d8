/** Operations of the AWS API, as SDK clients and the AWS CLI ask for them: JSON or a form in, JSON or XML out, errors by their names; and a list of what was asked for. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ApiFault, EmulatorConfig } from './config.ts';
import { type HttpAnswer, jsonAnswer } from './http-answer.ts';
import { queryAnswer, queryInput, queryRefusal } from './query-protocol.ts';
import { type Reply, type Request, readBody, send } from './server.ts';

/** Who asks, whoever it is: signatures are not looked at. */
export const SOMEBODY = 'arn:aws:iam::123456789012:user/somebody';

/** More than any of the operations here takes. */
const BODY_LIMIT = 1024 * 1024;

/**
 * Of an error: `rest`: the name stands in a header and the status varies (X-Ray, Lambda); `json`: it stands in the body, and the status is 400 (CloudWatch
 * Logs); `query`: all is XML (CloudFormation, STS).
 */
export type Protocol = 'rest' | 'json' | 'query';

/** What an operation refuses with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export interface Operation<Input> {
  /** `xray:BatchGetTraces`: as a policy names it. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Unknown members are passed over, as AWS does. */
  readonly input: z.ZodType<Input>;
  /** Throws ApiError. */
  readonly answer: (input: Input, request: Request) => object;
}

export class AwsApi {
  readonly #faults: { readonly fault: ApiFault; left: number }[];
  readonly #asked = new Map<string, number>();

  constructor({ apiFaults }: EmulatorConfig) {
    this.#faults = apiFaults.map(fault => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
  }

  /** Operations asked for, whatever became of it, and how often: in the order in which they first were. */
  get asked(): { action: string; count: number }[] {
    return [...this.#asked].map(([action, count]) => ({ action, count }));
  }

  /** To be awaited before an operation is carried out. Throws ApiError where the configuration wants it to go wrong. */
  async admit(name: string): Promise<void> {
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
    await this.#fail(name);
  }

  /** Answers a request for that operation. */
  async serve<Input>(
    operation: Operation<Input>,
    request: Request,
    reply: Reply,
    read = readBody(request.raw, BODY_LIMIT),
  ): Promise<Reply> {
    const { name, protocol, input, answer } = operation;
    const requestId = randomUUID();
    try {
      const body = await read;
      if (typeof body === 'string') throw invalid(protocol, `the request is ${body}`);
      await this.admit(name);
      const parsed = input.safeParse(protocol === 'query' ? queryInput(body) : jsonOf(body, protocol));
      if (!parsed.success) {
        const [{ path = [], message = '' } = {}] = parsed.error.issues;
        throw invalid(protocol, `${path.join('.')}: ${message}`);
      }
      const answered = answer(parsed.data, request);
      if (protocol === 'query') return send(reply, queryAnswer(name, answered, requestId));
      return send(reply, withId(jsonAnswer(200, answered), requestId, protocol));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return send(reply, refusal(thrown, requestId, protocol));
    }
  }

  /** Throws what the configuration wants to go wrong. */
  async #fail(name: string): Promise<void> {
    const found = this.#faults.find(
      ({ fault: { operation }, left }) => left > 0 && (operation === name || operation === '*'),
    );
    if (found === undefined) return;
    found.left -= 1;
    if (found.fault.fault === 'silent') await new Promise(() => {});
    throw faultOf(found.fault.fault, name);
  }
}

function faultOf(fault: ApiFault['fault'], name: string): ApiError {
  switch (fault) {
    case 'denied': {
      const words = `User: ${SOMEBODY} is not authorized to perform: ${name} because no identity-based policy allows the ${name} action`;
      return new ApiError('AccessDeniedException', words, 403);
    }
    case 'expired':
      return new ApiError('ExpiredTokenException', 'The security token included in the request is expired', 403);
    case 'skewed':
      return new ApiError('InvalidSignatureException', 'Signature expired: it is now later than it may be', 403);
    case 'throttled':
      return name.startsWith('xray:')
        ? new ApiError('ThrottledException', 'Rate exceeded', 429)
        : new ApiError('ThrottlingException', 'Rate exceeded', 429);
    default:
      return new ApiError('ServiceUnavailableException', 'Service Unavailable', 503);
  }
}

function invalid(protocol: Protocol, message: string): ApiError {
  const type = { json: 'InvalidParameterException', rest: 'InvalidRequestException', query: 'ValidationError' }[
    protocol
  ];
  return new ApiError(type, message);
}

function jsonOf(body: Buffer, protocol: Protocol): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError('SerializationException', `the body is no JSON (${protocol})`);
  }
}

function refusal({ type, message, status }: ApiError, requestId: string, protocol: Protocol): HttpAnswer {
  if (protocol === 'query') return queryRefusal({ type, message, status }, requestId);
  if (protocol === 'json') {
    const isServers = status >= 500;
    return withId(jsonAnswer(isServers ? status : 400, { __type: type, message }), requestId, protocol);
  }
  const answer = withId(jsonAnswer(status, { message }), requestId, protocol);
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': type } };
}

function withId(answer: HttpAnswer, requestId: string, protocol: Protocol): HttpAnswer {
  const type = protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json';
  return { ...answer, headers: { 'content-type': type, 'x-amzn-requestid': requestId } };
}
