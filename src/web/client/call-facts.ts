/** All that is known of a call, as terms and their values; what is not known is left out or said to be unknown, never 0. */
import { formatMs, UNKNOWN } from '../../reports/figures.ts';
import type { CallAnswer } from './answers.ts';
import { h } from './elements.ts';

type Fact = readonly [term: string, value: string | undefined];

const ms = (value: number | undefined) => (value === undefined ? undefined : `${formatMs(value)} ms`);
const mb = (value: number | undefined) => (value === undefined ? undefined : `${Math.round(value)} MB`);
const bytes = (value: number | undefined) => (value === undefined ? undefined : `${value.toLocaleString('en')} bytes`);

export function callFacts(answer: CallAnswer): HTMLElement {
  const facts = [...timesOf(answer), ...(answer.target === 'lambda' ? lambdaOf(answer) : []), ...restOf(answer)];
  return h(
    'dl',
    {},
    ...facts.flatMap(([term, value]) => (value === undefined ? [] : [h('dt', {}, term), h('dd', {}, value)])),
  );
}

function timesOf({ sample: { timings, start }, serviceMs, waitedMs }: CallAnswer): Fact[] {
  return [
    ['start', start],
    ['whole call', ms(serviceMs)],
    ['waited before it', waitedMs < 1 ? undefined : ms(waitedMs)],
    ['parse', ms(timings.parseMs)],
    ['preprocess', ms(timings.preprocessMs)],
    ['inference', ms(timings.inferenceMs) ?? UNKNOWN],
    ['postprocess', ms(timings.postprocessMs)],
    ['handler', ms(timings.handlerMs)],
  ];
}

/** Of a function these are to be expected, and their absence means something. */
function lambdaOf({ sample: { timings, start } }: CallAnswer): Fact[] {
  const unknown = (value: string | undefined) => value ?? UNKNOWN;
  return [
    ['Initialization', start === 'warm' ? undefined : unknown(ms(timings.initMs))],
    ['Invocation', unknown(ms(timings.invocationMs))],
    ['Overhead', unknown(ms(timings.overheadMs))],
    ['network', unknown(ms(timings.networkMs))],
    ['unexplained', ms(timings.unexplainedMs)],
    ['Duration', ms(timings.durationMs)],
    ['Billed Duration', ms(timings.billedMs)],
  ];
}

function restOf({ target, sample }: CallAnswer): Fact[] {
  const { memory, outcome, timings } = sample;
  const isLocal = target === 'local';
  const httpStatus = outcome.ok ? outcome.httpStatus : outcome.error.httpStatus;
  return [
    ...(isLocal ? ([['model and session', ms(timings.initMs)]] as Fact[]) : []),
    ['memory after it', mb(memory.usedMb) ?? UNKNOWN],
    ['memory size', mb(memory.sizeMb)],
    ['Max Memory Used', mb(memory.maxUsedMb)],
    ['request', bytes(sample.requestBytes)],
    ['answer', bytes(sample.responseBytes)],
    ['status', httpStatus === undefined ? undefined : String(httpStatus)],
    ['request id', sample.requestId],
    ['trace id', sample.traceId],
    ['environment', sample.environmentId],
  ];
}
