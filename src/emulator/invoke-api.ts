/** Front door: the Lambda API's Invoke. */
import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors.ts';
import { ApiError, type AwsApi } from './aws-api.ts';
import type { EmulatorConfig } from './config.ts';
import { functionNotFound, whatIsUnknown } from './function-name.ts';
import { type HttpAnswer, jsonAnswer } from './http-answer.ts';
import { newInvocation, REQUEST_LIMIT } from './invocation.ts';
import { type LambdaFunction, THROTTLED } from './lambda-function.ts';
import { type Request, type Routes, readBody, send } from './server.ts';
import { parseTraceHeader, responseTraceHeader } from './trace.ts';

/** X-Amz-Log-Result holds this much, before base64. */
const LOG_TAIL_BYTES = 4_096;
/** A throttled event waits in a queue; AWS backs off to minutes, which would only bore here. */
const EVENT_RETRY_MS = 1_000;

export function addInvokeRoutes(routes: Routes, config: EmulatorConfig, lambda: LambdaFunction, api: AwsApi): void {
  routes.post('/2015-03-31/functions/:name/invocations', async (request, reply) => {
    return send(reply, await invoke(config, lambda, api, request));
  });
}

async function invoke(
  config: EmulatorConfig,
  lambda: LambdaFunction,
  api: AwsApi,
  request: Request,
): Promise<HttpAnswer> {
  const requestId = randomUUID();
  const refused = (status: number, type: string, body: object) => {
    const answer = jsonAnswer(status, body);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId, 'x-amzn-errortype': type } };
  };
  const invalid = (message: string) => refused(400, 'InvalidRequestContentException', { Type: 'User', message });

  const body = await readBody(request.raw, REQUEST_LIMIT);
  if (body === 'truncated') return invalid('The request was cut off');
  try {
    await api.admit('lambda:InvokeFunction');
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    return refused(thrown.status, thrown.type, { Message: thrown.message });
  }
  const unknown = whatIsUnknown(request, config);
  if (unknown !== undefined) return refused(404, 'ResourceNotFoundException', functionNotFound(unknown));
  if (body === 'too large') {
    const message = `Request must be smaller than ${REQUEST_LIMIT} bytes for the InvokeFunction operation`;
    return refused(413, 'RequestTooLargeException', { Type: 'User', message });
  }
  const notJson = body.length === 0 ? undefined : jsonFault(body);
  if (notJson !== undefined) return invalid(`Could not parse request body into json: ${notJson}`);
  const clientContext = decodeContext(request.headers['x-amz-client-context']?.toString());
  if (clientContext === null) return invalid('Client context must be a valid Base64-encoded JSON object.');

  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const trace = lambda.newTrace(parseTraceHeader(request.headers['x-amzn-trace-id']?.toString()));
  const headers = {
    'x-amzn-requestid': requestId,
    'x-amzn-trace-id': responseTraceHeader(trace),
    'x-amz-executed-version': '$LATEST',
  };
  const empty = (status: number) => ({ status, headers, body: Buffer.alloc(0) });
  const invocation = newInvocation(
    {
      payload: body.length === 0 ? Buffer.from('{}') : body,
      trace,
      ...(clientContext !== undefined && { clientContext }),
      isEvent: type === 'Event',
    },
    requestId,
  );
  switch (type) {
    case 'DryRun':
      return empty(204);
    case 'Event':
      void deliverEvent(lambda, invocation);
      return empty(202);
    case 'RequestResponse':
      break;
    default:
      return refused(400, 'InvalidParameterValueException', {
        Type: 'User',
        message: `Unknown invocation type: ${type}`,
      });
  }

  const running = await lambda.invoke(invocation);
  if (running === undefined) return refused(429, 'TooManyRequestsException', THROTTLED);
  const answer = await running.answer.promise;
  // The tail ends with the REPORT line: it is there once the runtime has asked for more.
  const tail = request.headers['x-amz-log-type'] === 'Tail' ? (await running.record.promise).logTail : undefined;
  const payload = answer.ok ? answer.payload : answer.failure.payload;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(!answer.ok && { 'x-amz-function-error': 'Unhandled' }),
      ...(tail !== undefined && { 'x-amz-log-result': Buffer.from(tail).subarray(-LOG_TAIL_BYTES).toString('base64') }),
    },
    body: payload,
  };
}

async function deliverEvent(
  lambda: LambdaFunction,
  invocation: Parameters<LambdaFunction['invoke']>[0],
): Promise<void> {
  try {
    while ((await lambda.invoke(invocation)) === undefined)
      await new Promise(resolve => setTimeout(resolve, EVENT_RETRY_MS));
  } catch (error) {
    process.stderr.write(`an event was lost: ${messageOf(error)}\n`);
  }
}

function jsonFault(body: Buffer): string | undefined {
  try {
    JSON.parse(body.toString('utf8'));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The JSON of a base64 header, safe to be one again; null when it is neither. */
function decodeContext(header: string | undefined): string | null | undefined {
  if (header === undefined) return undefined;
  try {
    const json = JSON.stringify(JSON.parse(Buffer.from(header, 'base64').toString('utf8')));
    return json.replace(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  } catch {
    return null;
  }
}
