/** The classifier behind a Lambda function: model and session are made once, then every event gets one HTTP answer. */
import { createClassifier } from '../classifier/classify.ts';
import { messageOf, QueryError } from '../core/errors.ts';
import type { HandlerOptions } from './config.ts';
import { emfLine, type MetricValues } from './emf.ts';
import { describeRuntime, environmentId } from './environment.ts';
import { logError } from './error-report.ts';
import { describeResult, metricsOf, round, startMeter } from './figures.ts';
import { codeStartMs } from './init-clock.ts';
import { BadRequestError, isPreflight, readRequest } from './request.ts';

/** What a Function URL and an HTTP API (payload 2.0) take as an answer. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, empty for a preflight. */
  readonly body: string;
}

/** Of Lambda's context only this is used. */
export type Handler = (event: unknown, context?: { readonly awsRequestId?: string }) => Promise<HttpAnswer>;

const HEADERS = { 'content-type': 'application/json', 'Access-Control-Allow-Origin': '*' };
const PREFLIGHT_ANSWER: HttpAnswer = {
  statusCode: 204,
  headers: {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': 'content-type',
    'Access-Control-Max-Age': '86400',
  },
  body: '',
};

/**
 * Loads the model; to be called while the environment initialises, as the first work of its process, since `init_ms`
 * counts from the start of Node to the end of this. Throws SetupError. `write` gets each line of metrics.
 *
 * The handler itself never rejects: whatever goes wrong with one call is its answer, and the next is served.
 */
export async function createHandler(
  options: HandlerOptions,
  write: (line: string) => void = line => process.stdout.write(line),
): Promise<Handler> {
  const { memoryMb, functionName, model } = options;
  const importedMs = performance.now();
  const classifier = await createClassifier(options);
  const runtime = describeRuntime(options);
  const environment_id = environmentId(options.logStreamName);
  const ready = { monotonicMs: performance.now(), wallMs: Date.now() };
  const initMs = round(ready.monotonicMs, 3);
  const initParts = {
    init_runtime_ms: round(codeStartMs, 3),
    init_imports_ms: round(importedMs - codeStartMs, 3),
    init_session_ms: round(ready.monotonicMs - importedMs, 3),
  };
  let calls = 0;

  return async (event, context) => {
    const meter = startMeter();
    const initGapMs = sinceReady(ready);
    const coldStart = calls++ === 0;
    const requestId = context?.awsRequestId || undefined;
    const traceHeader = process.env._X_AMZN_TRACE_ID || undefined;
    const emit = (statusCode: number, values: MetricValues) => {
      if (functionName === undefined) return;
      const start = coldStart ? { ColdStart: 1, InitTime: initMs } : { ColdStart: 0 };
      const properties = { requestId, environmentId: environment_id, model: model.name, statusCode };
      write(emfLine({ ...values, ...start }, { timestampMs: Date.now(), functionName, properties }));
    };
    if (isPreflight(event)) {
      emit(204, {});
      return PREFLIGHT_ANSWER;
    }
    try {
      const { image, bodyBytes } = readRequest(event);
      const parseMs = meter.elapsedMs();
      const result = await classifier.classify(image);
      const usage = meter.read({ parseMs, bodyBytes, memoryMb });
      emit(200, { ...metricsOf(result, usage), BadRequest: 0, Failure: 0 });
      return answer(200, {
        ...describeResult(result, usage),
        request_id: requestId,
        trace_header: traceHeader,
        cold_start: coldStart,
        environment_id,
        init_ms: initMs,
        init_gap_ms: initGapMs,
        ...(coldStart && initParts),
        model,
        runtime,
      });
    } catch (thrown) {
      const error = callersMistake(thrown);
      if (error !== undefined) {
        emit(400, { BadRequest: 1, Failure: 0 });
        return answer(400, { error });
      }
      // For the log, with the stack that the caller does not get.
      logError(thrown, requestId);
      emit(500, { BadRequest: 0, Failure: 1 });
      return answer(500, { error: `Classification failed: ${messageOf(thrown)}` });
    }
  };
}

/** Fields that are undefined do not stand in the body: unknown is absent. */
function answer(statusCode: number, body: object): HttpAnswer {
  return { statusCode, headers: HEADERS, body: JSON.stringify(body) };
}

/** Undefined when it is not the caller's. */
function callersMistake(thrown: unknown): string | undefined {
  if (thrown instanceof BadRequestError) return thrown.message;
  if (!(thrown instanceof QueryError)) return undefined;
  if (thrown.kind === 'undecodable-image') return `"image" ${thrown.message}`;
  if (thrown.kind === 'image-too-large') return `"image" has ${thrown.message}`;
  return undefined;
}

/**
 * Milliseconds since the end of init, by the larger of two clocks: one of them may have stood still with the frozen
 * environment, and the monotonic one cannot have been set back. Date.now() cuts off fractions, so its difference may be up
 * to one too large.
 */
function sinceReady({ monotonicMs, wallMs }: { monotonicMs: number; wallMs: number }): number {
  return round(Math.max(performance.now() - monotonicMs, Date.now() - wallMs - 1), 3);
}
