/** A load as a script for k6, which runs distributed: self-contained, with the pictures as request bodies, and without any secret. */
import type { Image } from '../../core/image.ts';
import type { Threshold } from '../../core/threshold.ts';
import { K6_METRIC, type K6Plan } from './plan.ts';
import { K6_TRENDS, k6Thresholds } from './thresholds.ts';

export interface K6Load {
  readonly plan: K6Plan;
  /** In the order of the plan's. */
  readonly images: readonly Image[];
  /** Its address has a part that is secret, and is in the script without it. */
  readonly secretUrl: boolean;
  readonly thresholds: readonly Threshold[];
}

/** Throws UsageError for a threshold that k6 cannot keep. */
export function k6Script({ plan, images, secretUrl, thresholds }: K6Load): string {
  const options = {
    scenarios: { load: scenarioOf(plan) },
    thresholds: k6Thresholds(thresholds),
    ...(plan.connection === 'new' && { noConnectionReuse: true }),
    summaryTrendStats: ['count', 'avg', 'min', 'p(50)', 'p(90)', 'p(95)', 'p(99)', 'max'],
  };
  const pictures = images.map(({ name, bytes }) => ({ name, body: bodyOf(bytes) }));
  return [
    head(plan),
    `const PLAN = ${json(plan)};`,
    '',
    `export const options = ${json(options)};`,
    '',
    address(plan, secretUrl),
    headersOf(plan),
    '',
    `const PICTURES = ${json(pictures)};`,
    '',
    METRICS,
    plan.arrivals === 'poisson' ? POISSON : CONSTANT,
    CALL,
  ].join('\n');
}

/** Whole numbers and a unit of time are what k6 takes for a rate: 12.5 a second are 25 each 2 s. */
export function k6Rate(perSecond: number): { rate: number; timeUnitS: number } {
  const decimals = /\.(\d+)/.exec(perSecond.toFixed(6).replace(/\.?0+$/, ''))?.[1]?.length ?? 0;
  const timeUnitS = 10 ** decimals;
  const rate = Math.round(perSecond * timeUnitS);
  const divisor = greatestCommonDivisor(rate, timeUnitS);
  return { rate: rate / divisor, timeUnitS: timeUnitS / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** k6 takes no shorter duration. */
export const K6_SHORTEST_MS = 1_000;

/** VUs that can be busy at most: a call takes no longer than its time-out. */
function vusOf({ rate, durationMs, timeoutMs, maxInFlight, planned }: K6Plan): number {
  return Math.min(maxInFlight, planned, Math.ceil((rate * Math.min(timeoutMs, durationMs)) / 1_000) + 1);
}

function scenarioOf(plan: K6Plan): object {
  const gracefulStop = `${plan.timeoutMs + 1_000}ms`;
  if (plan.arrivals === 'poisson') {
    // k6 has no such executor: each VU takes the next call of the schedule, and waits until it is due.
    const maxDuration = `${plan.leadMs + plan.durationMs + plan.timeoutMs}ms`;
    return { executor: 'shared-iterations', vus: vusOf(plan), iterations: plan.planned, maxDuration, gracefulStop };
  }
  const { rate, timeUnitS } = k6Rate(plan.rate);
  // Ends half way between the last call and the one that would be the next, so that k6 begins neither more nor less.
  const durationMs = Math.max(K6_SHORTEST_MS, Math.ceil(((plan.planned - 0.5) * 1_000) / plan.rate));
  return {
    executor: 'constant-arrival-rate',
    ...{ rate, timeUnit: `${timeUnitS}s`, duration: `${durationMs}ms` },
    ...{ preAllocatedVUs: vusOf(plan), maxVUs: vusOf(plan), gracefulStop },
  };
}

/** The bytes that `lambda --url` sends. */
function bodyOf(bytes: Uint8Array): string {
  return `{"image":"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"}`;
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** What the script needs, all of which k6 itself has. */
const MODULES = [
  ['k6', '{ check, sleep }'],
  ['k6/data', '{ SharedArray }'],
  ['k6/execution', 'exec'],
  ['k6/http', 'http'],
  ['k6/metrics', '{ Counter, Gauge, Rate, Trend }'],
] as const;

function head({ tool, url, rate, durationMs, arrivals }: K6Plan): string {
  // A line of a comment ends at more characters than a line feed.
  const shown = url.replace(/[\r\n\u2028\u2029]/g, '');
  return `// Made by ${tool.name} ${tool.version}: ${rate} calls a second (${arrivals}) for ${durationMs / 1_000} s to ${shown}
//   k6 run --out json=load.json.gz SCRIPT
//   resnet-bench import load.json.gz
// Distributed, k6's operator shares the calls out: import takes the outputs of all instances together.
${MODULES.map(([module, names]) => `import ${names} from ${JSON.stringify(module)};`).join('\n')}
`;
}

function address({ url }: K6Plan, secret: boolean): string {
  if (!secret) return `const ADDRESS = __ENV.RESNET_BENCH_URL || ${JSON.stringify(url)};`;
  return `// A part of the address is secret and not in here.
const ADDRESS = __ENV.RESNET_BENCH_URL;
if (!ADDRESS) throw new Error('set RESNET_BENCH_URL to the whole address of ' + PLAN.url);`;
}

/** The variable that holds a header's value. */
export const headerVariable = (name: string) => `HEADER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

function headersOf({ headers }: K6Plan): string {
  const variables = headers.map(name => [name, headerVariable(name)]);
  return `const HEADERS = { 'Content-Type': 'application/json' };
// Their values are secret and not in here.
for (const [name, variable] of ${JSON.stringify(variables)}) {
  if (!__ENV[variable]) throw new Error('set ' + variable + ' to the value of the header ' + name);
  HEADERS[name] = __ENV[variable];
}`;
}

const METRICS = `const plan = new Gauge('${K6_METRIC.plan}');
const dropped = new Counter('${K6_METRIC.dropped}');
const failed = new Counter('resnet_bench_failed');
const failedShare = new Rate('resnet_bench_failed_share');
const service = new Trend('${K6_TRENDS.serviceMs}', true);
const told = {
  total_time_ms: new Trend('${K6_TRENDS.handlerMs}', true),
  image_processing_ms: new Trend('${K6_TRENDS.preprocessMs}', true),
  inference_ms: new Trend('${K6_TRENDS.inferenceMs}', true),
};
const init = new Trend('${K6_TRENDS.initMs}', true);

/** Once: what load this is, for resnet-bench import. Of the address what is no secret. */
export function setup() {
  const url = ADDRESS.split(/[?#]/)[0].replace(/\\/\\/[^/@]*@/, '//');
  exec.vu.metrics.metadata.plan = JSON.stringify({ ...PLAN, url });
  plan.add(1);
  delete exec.vu.metrics.metadata.plan;
}
`;

const CONSTANT = `/** When the call is due, milliseconds after the start of the scenario: k6 begins it then. */
function await_turn(seq) {
  return (seq * 1000) / PLAN.rate;
}
`;

/** Mulberry32 and -ln(1 - u) / rate, as in our own schedule. */
const POISSON = `/** When the calls are due: distances of a Poisson process, the same for the same seed. Made once an instance. */
const DUE = new SharedArray('due', () => {
  let state = PLAN.seed | 0;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const due = [];
  for (let atMs = 0; due.length < PLAN.planned; ) {
    atMs += (-Math.log1p(-random()) * 1000) / PLAN.rate;
    due.push(atMs);
  }
  return due;
});
/** A VU that takes a call so much later than it was due was not free: all had one. */
const LATE_MS = 10;

/** Waits until the call is due, milliseconds after the start of the scenario. Undefined when all VUs were busy then. */
function await_turn(seq) {
  const dueMs = PLAN.leadMs + DUE[seq];
  const waitMs = dueMs - (Date.now() - exec.scenario.startTime);
  if (waitMs < -LATE_MS) {
    dropped.add(1);
    return undefined;
  }
  if (waitMs > 0) sleep(waitMs / 1000);
  return dueMs;
}
`;

const CALL = `/** The function's answer, plain or within {statusCode, body}. */
function opened(response) {
  try {
    let content = JSON.parse(response.body);
    for (let depth = 0; depth < 3 && content.predictions === undefined && content.body !== undefined; depth++)
      content = typeof content.body === 'string' ? JSON.parse(content.body) : content.body;
    return content && content.predictions ? content : undefined;
  } catch (_) {
    return undefined;
  }
}

/** By the function's own word for its environment's first call: a call shorter than init and work was made ahead of it. */
function startOf(answer, serviceMs) {
  if (answer === undefined || typeof answer.cold_start !== 'boolean') return 'unknown';
  if (!answer.cold_start) return 'warm';
  const { total_time_ms: workMs } = answer.performance_metrics || {};
  return answer.init_gap_ms > 1000 || serviceMs < answer.init_ms + workMs ? 'proactive' : 'cold';
}

/** A longer one is no classification, and k6's output need not hold it. */
const LONGEST_ANSWER = 16384;

export default function () {
  const seq = exec.scenario.iterationInTest;
  // At thousands a second k6 may begin one more than was planned.
  if (seq >= PLAN.planned) return;
  const picture = PICTURES[seq % PICTURES.length];
  const metadata = exec.vu.metrics.metadata;
  metadata.seq = seq;
  metadata.image = picture.name;
  metadata.start_ms = exec.scenario.startTime;
  const dueMs = await_turn(seq);
  if (dueMs === undefined) return;
  metadata.due_ms = dueMs;
  metadata.begun_ms = Date.now() - exec.scenario.startTime;
  const response = http.post(ADDRESS, picture.body, {
    headers: HEADERS,
    timeout: PLAN.timeoutMs,
    redirects: 0,
    responseType: 'text',
    tags: { name: 'classify' },
  });
  const answer = response.status === 200 ? opened(response) : undefined;
  const serviceMs = response.timings.blocked + response.timings.duration;
  const start = startOf(answer, serviceMs);
  check(response, { 'status is 200': ({ status }) => status === 200, 'has predictions': () => answer !== undefined });
  failed.add(answer === undefined ? 1 : 0);
  failedShare.add(answer === undefined);
  const body = response.body;
  if (body !== null && body !== undefined && body.length <= LONGEST_ANSWER) metadata.answer = body;
  for (const name of ['X-Amzn-Requestid', 'X-Amzn-Trace-Id'])
    if (response.headers[name] !== undefined) metadata[name.toLowerCase()] = response.headers[name];
  service.add(serviceMs, { start });
  for (const name of ['answer', 'x-amzn-requestid', 'x-amzn-trace-id']) delete metadata[name];
  const figures = (answer && answer.performance_metrics) || {};
  for (const name of Object.keys(told)) if (typeof figures[name] === 'number') told[name].add(figures[name], { start });
  if (answer && answer.cold_start === true && typeof answer.init_ms === 'number') init.add(answer.init_ms, { start });
}
`;
