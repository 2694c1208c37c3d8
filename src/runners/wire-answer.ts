/** The wire contract, read: one way in for what a function answers, ours or the original Python one, nested or not. */
import { QueryError } from '../core/errors.ts';
import type { Prediction, Sample, StartKind, Timings } from '../core/record.ts';
import type { Learned } from '../core/runner.ts';
import { brief, statusFailure } from './http-failure.ts';
import { isSuccess, type OpenedBody, reasonIn } from './wire-body.ts';
import { amount, count, isObject, type JsonObject, present, words } from './wire-field.ts';
import { readPredictions } from './wire-predictions.ts';

/** What an answer tells; what it does not, or in a wrong type, is absent. */
export interface Answer {
  readonly predictions: Prediction[];
  readonly timings: Timings;
  readonly start: StartKind;
  readonly memory: Sample['memory'];
  readonly cpu?: NonNullable<Sample['cpu']>;
  readonly learned: Learned;
}

/** An environment that waited longer between its init and its first call was made ahead of it. */
const PROACTIVE_GAP_MS = 1_000;

/**
 * Throws QueryError: its status says failure, it is no JSON, or its predictions cannot be right.
 * `redact` takes secrets out of what is quoted of the body in a message.
 */
export function readAnswer(opened: OpenedBody, redact: (text: string) => string): Answer {
  const { status, content, text } = opened;
  const reason = redact(reasonIn(opened) ?? '');
  if (!isSuccess(status)) throw statusFailure(status, reason);
  if (text !== undefined) throw notJson(status, text);
  const bad = (what: string) =>
    new QueryError('bad-answer', `answered ${status} ${brief(what)}`, { httpStatus: status });
  const answer = isObject(content) ? content : {};
  if (answer.predictions === undefined) throw bad(['without predictions', reason].filter(Boolean).join(': '));
  const predictions = readPredictions(answer.predictions, bad, redact);
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
      runtimeStartMs: first ? amount(answer.init_runtime_ms) : undefined,
      importsMs: first ? amount(answer.init_imports_ms) : undefined,
      sessionMs: first ? amount(answer.init_session_ms) : undefined,
    }),
    start: startOf(answer),
    memory: present({ usedMb: amount(metrics.memory_used_mb), sizeMb: amount(runtime.memory_mb) }),
    ...(userMs !== undefined && systemMs !== undefined && { cpu: { userMs, systemMs } }),
    learned: readLearned(answer.model, runtime),
  };
}

function notJson(status: number, text: string): QueryError {
  const failure = (kind: 'truncated' | 'not-json', what: string) =>
    new QueryError(kind, `answered ${status} with ${what}`, { httpStatus: status });
  if (breaksOff(text)) return failure('truncated', 'JSON that breaks off');
  return failure('not-json', `${text === '' ? 'nothing' : text.startsWith('<') ? 'HTML' : 'text'} instead of JSON`);
}

/** Whether a bracket is still open at the end. */
function breaksOff(text: string): boolean {
  if (!/^[{[]/.test(text)) return false;
  let open = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') quoted = !quoted;
    else if (quoted) i += character === '\\' ? 1 : 0;
    else if ('{['.includes(character)) open++;
    else if ('}]'.includes(character)) open--;
  }
  return open > 0;
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
  const prepared = isObject(model) ? words(model.prepared) : undefined;
  return present({
    model: name === undefined ? undefined : present({ name, sha256, prepared }),
    threads: count(runtime.threads),
    threadsBy: words(runtime.threads_by),
    memoryMb: amount(runtime.memory_mb),
    cpuModel: words(runtime.cpu_model),
    node: words(runtime.node),
    onnxruntime: words(runtime.onnxruntime),
    cpuCount: count(runtime.cpu_count),
    functionName: words(runtime.function_name),
    logGroup: words(runtime.log_group),
    cpuFlags: Array.isArray(flags) && flags.every(flag => words(flag) !== undefined) ? flags : undefined,
  });
}
