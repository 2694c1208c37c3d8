/** The wire contract, read: one way in for what a function answers, ours or the original Python one, nested or not. */
import { QueryError } from '../core/errors.ts';
import type { Prediction, Sample, StartKind, Timings } from '../core/record.ts';
import type { Learned } from '../core/runner.ts';
import { brief, statusFailure } from './http-failure.ts';
import { traceIdOf } from './wire-trace.ts';

/** What an answer tells; what it does not, or in a wrong type, is absent. */
export interface Answer {
  readonly predictions: Prediction[];
  readonly timings: Timings;
  readonly start: StartKind;
  readonly memory: Sample['memory'];
  readonly cpu?: NonNullable<Sample['cpu']>;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly environmentId?: string;
  readonly learned: Learned;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Plain, nested once, nested twice, and a string of JSON for good measure. */
const MAX_DEPTH = 4;
const MOST_PREDICTIONS = 5;
/** An environment that waited longer between its init and its first call was made ahead of it. */
const PROACTIVE_GAP_MS = 1_000;

/**
 * Throws QueryError: the status or a nested one says failure, the body is no JSON, or its predictions cannot be right.
 * `redact` takes secrets out of what is quoted of the body in a message.
 */
export function readAnswer(
  httpStatus: number,
  body: Uint8Array,
  redact: (text: string) => string = text => text,
): Answer {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (!isSuccess(httpStatus)) throw statusFailure(httpStatus, redact(toldBy(text) ?? ''));
  const { status, content } = unwrap(httpStatus, parseJson(text, httpStatus), 1);
  if (!isSuccess(status)) throw statusFailure(status, redact(reasonIn(content) ?? ''));
  return describe(content, what => {
    return new QueryError('bad-answer', `answered ${status} ${brief(redact(what))}`, { httpStatus: status });
  });
}

const isSuccess = (status: number) => status >= 200 && status <= 299;

/** Opens `{statusCode, body}` as far as it goes. */
function unwrap(status: number, content: unknown, depth: number): { status: number; content: unknown } {
  if (depth < MAX_DEPTH) {
    if (typeof content === 'string') return unwrap(status, parseJson(content, status), depth + 1);
    if (isObject(content) && 'body' in content && !('predictions' in content)) {
      const inner = statusIn(content) ?? status;
      return unwrap(inner, openBody(content, inner), depth + 1);
    }
  }
  return { status, content };
}

/** The text of a failure need not be JSON. */
function openBody({ body, isBase64Encoded }: JsonObject, status: number): unknown {
  if (typeof body !== 'string') return body;
  const text = isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body;
  return isSuccess(status) ? parseJson(text, status) : { error: toldBy(text) };
}

/** AWS takes "418" as well as 418. */
function statusIn({ statusCode }: JsonObject): number | undefined {
  const status = typeof statusCode === 'string' ? Number(statusCode) : statusCode;
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599 ? Number(status) : undefined;
}

function parseJson(text: string, httpStatus: number): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    // Nothing but a whole document ends with its bracket, or nearly so.
    const cut = /^[{[]/.test(trimmed) && !/[}\]]$/.test(trimmed);
    if (cut) throw new QueryError('truncated', `answered ${httpStatus} with JSON that breaks off`, { httpStatus });
    const what = trimmed === '' ? 'nothing' : trimmed.startsWith('<') ? 'HTML' : 'text';
    throw new QueryError('not-json', `answered ${httpStatus} with ${what} instead of JSON`, { httpStatus });
  }
}

/** What a failure says of itself, in the words of our handler, the front doors or Lambda; undefined for a page of HTML. */
function toldBy(text: string): string | undefined {
  try {
    return reasonIn(JSON.parse(text));
  } catch {
    return text.trim() === '' || text.trimStart().startsWith('<') ? undefined : text;
  }
}

function reasonIn(content: unknown): string | undefined {
  if (!isObject(content)) return undefined;
  if (typeof content.body === 'string') return toldBy(content.body);
  const told = [content.error, content.message, content.Message, content.errorMessage];
  return told.find(reason => typeof reason === 'string');
}

function describe(content: unknown, bad: Blame): Answer {
  const answer = isObject(content) ? content : {};
  if (answer.predictions === undefined)
    throw bad(['without predictions', reasonIn(content)].filter(Boolean).join(': '));
  const predictions = readPredictions(answer.predictions, bad);
  const metrics = isObject(answer.performance_metrics) ? answer.performance_metrics : {};
  const runtime = isObject(answer.runtime) ? answer.runtime : {};
  const first = answer.cold_start === true;
  const userMs = amount(metrics.cpu_user_ms);
  const systemMs = amount(metrics.cpu_system_ms);
  return {
    predictions,
    timings: present({
      parseMs: amount(metrics.parse_time_ms),
      preprocessMs: amount(metrics.image_processing_ms),
      inferenceMs: amount(metrics.inference_ms),
      postprocessMs: amount(metrics.post_processing_ms),
      handlerMs: amount(metrics.total_time_ms),
      initMs: first ? amount(answer.init_ms) : undefined,
    }),
    start: startOf(answer),
    memory: present({ usedMb: amount(metrics.memory_used_mb), sizeMb: amount(runtime.memory_mb) }),
    ...(userMs !== undefined && systemMs !== undefined && { cpu: { userMs, systemMs } }),
    ...present({
      requestId: words(answer.request_id),
      traceId: traceIdOf(words(answer.trace_header)),
      environmentId: words(answer.environment_id),
    }),
    learned: readLearned(answer.model, runtime),
  };
}

/** The function's own word for its first call; without it nothing is known. */
function startOf({ cold_start: first, init_gap_ms: gap }: JsonObject): StartKind {
  if (typeof first !== 'boolean') return 'unknown';
  if (!first) return 'warm';
  return (amount(gap) ?? 0) > PROACTIVE_GAP_MS ? 'proactive' : 'cold';
}

function readLearned(model: unknown, runtime: JsonObject): Learned {
  const { cpu_flags: flags } = runtime;
  const name = isObject(model) ? words(model.name) : undefined;
  const sha256 = isObject(model) ? words(model.sha256) : undefined;
  return present({
    model: name === undefined ? undefined : { name, ...(sha256 !== undefined && { sha256 }) },
    threads: count(runtime.threads),
    memoryMb: amount(runtime.memory_mb),
    cpuModel: words(runtime.cpu_model),
    node: words(runtime.node),
    onnxruntime: words(runtime.onnxruntime),
    cpuCount: count(runtime.cpu_count),
    cpuFlags: Array.isArray(flags) && flags.every(flag => typeof flag === 'string') ? flags : undefined,
  });
}

/** The failure of an answer with (or without) what it says. */
type Blame = (what: string) => QueryError;

/** At most five, the most probable first, percent made fractions. */
function readPredictions(given: unknown, bad: Blame): Prediction[] {
  if (!Array.isArray(given)) throw bad(`with predictions that are no list but ${show(given)}`);
  if (given.length === 0) throw bad('without predictions');
  const wrong = (index: number, field: string, value: unknown, wanted: string) =>
    bad(`with ${show(value)} as predictions[${index}]${field} instead of ${wanted}`);
  const predictions = given.map((item: unknown, index): Prediction => {
    if (!isObject(item)) throw wrong(index, '', item, 'an object');
    const { label, class_id: classId, probability } = item;
    if (typeof label !== 'string' || label === '') throw wrong(index, '.label', label, 'a name');
    if (!isNumber(classId) || !Number.isInteger(classId) || classId < 0 || classId > 999)
      throw wrong(index, '.class_id', classId, 'a class from 0 to 999');
    if (!isNumber(probability) || probability < 0 || probability > 100)
      throw wrong(index, '.probability', probability, 'percent');
    return { classId, label, probability: fraction(probability) };
  });
  return predictions.sort((a, b) => b.probability - a.probability).slice(0, MOST_PREDICTIONS);
}

/** 0.07 % is 0.0007, not 0.0007000000000000001. */
function fraction(percent: number): number {
  return Math.round(percent * 1e8) / 1e10;
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : (JSON.stringify(value) ?? 'nothing');
}

function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T;
function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A time or a size. */
const amount = (value: unknown) => (isNumber(value) && value >= 0 ? value : undefined);
const count = (value: unknown) => (isNumber(value) && Number.isInteger(value) && value > 0 ? value : undefined);
const words = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
/** JSON can write a number that is none here: 1e999. */
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
