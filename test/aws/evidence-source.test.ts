/** What is found of a run's calls, against a server that plays AWS: the right trace or none, whatever goes wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EvidenceOptions, EvidenceSource } from '../../src/aws/evidence-source.ts';
import type { CallEvidence, Evidence, ObservedCall } from '../../src/core/evidence.ts';
import { Arrivals } from '../../src/scenarios/arrivals.ts';
import { type ScriptedAws, scriptedAws, segmentsAt } from './scripted-aws.ts';

const FAST = { intervalMs: 20, lastIntervalMs: 20, patienceMs: 400 };
const never = new AbortController().signal;

const rootOf = (n: number) => `1-00000000-${String(n).padStart(24, '0')}`;
const requestOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const reportOf = (n: number, more = '') =>
  `REPORT RequestId: ${requestOf(n)}\tDuration: ${n + 0.5} ms\tBilled Duration: ${n + 1} ms\tMemory Size: 1024 MB\tMax Memory Used: 91 MB\t${more}`;

/** A second each, 200 ms long, one after another. */
const call = (seq: number, more: Partial<ObservedCall> = {}): ObservedCall => {
  const issuedAtMs = T + seq * 1_000;
  return { seq, ok: true, httpStatus: 200, issuedAtMs, completedAtMs: issuedAtMs + 200, ...more };
};
const T = Date.now() - 60_000;
const named = (seq: number): ObservedCall =>
  call(seq, { traceId: rootOf(seq), traceJoin: 'handler', requestId: requestOf(seq) });
const traceOf = (seq: number, id = rootOf(seq)) => ({ id, segments: segmentsAt(T + seq * 1_000 + 50, requestOf(seq)) });

async function open(aws: ScriptedAws, more: Partial<EvidenceOptions> = {}, name: string | undefined = 'fn') {
  const source = await EvidenceSource.open(
    {
      ...{ access: { emulator: aws.url }, traces: true, logs: false, attempts: 10, pace: FAST, confirm: false },
      ...more,
    },
    { functionName: () => name, logGroup: () => (name === undefined ? undefined : `/aws/lambda/${name}`) },
  );
  onTestFinished(() => source.close());
  return source;
}

/** All that comes of those calls, the later for the earlier. */
async function find(source: EvidenceSource, calls: readonly ObservedCall[], signal = never) {
  const arrivals = new Arrivals<ObservedCall>();
  for (const one of calls) arrivals.add(one);
  arrivals.end();
  return gather(source.collect(arrivals, signal));
}

async function gather(found: AsyncIterable<CallEvidence>): Promise<Map<number, Evidence>> {
  const bySeq = new Map<number, Evidence>();
  for await (const { seq, evidence } of found) bySeq.set(seq, { ...bySeq.get(seq), ...evidence });
  return bySeq;
}

const statesOf = (found: Map<number, Evidence>) =>
  Object.fromEntries([...found].sort(([a], [b]) => a - b).map(([seq, { trace }]) => [seq, trace?.state]));

describe('a trace whose id is known', () => {
  it('is asked for with four others, and each lands on its own call, in whatever order they end', async () => {
    const aws = await scriptedAws({ traces: Array.from({ length: 23 }, (_, i) => traceOf(i)) });
    const calls = Array.from({ length: 23 }, (_, i) => named(i)).sort(
      (a, b) => ((a.seq * 7) % 23) - ((b.seq * 7) % 23),
    );
    const found = await find(await open(aws), calls);
    expect(found.size).toBe(23);
    for (const [seq, { trace }] of found) {
      expect(trace).toMatchObject({ state: 'complete', traceId: rootOf(seq), join: 'handler', serviceSideMs: 100 });
    }
    const batches = aws.askedFor('/Traces').map(({ input }) => input.TraceIds.length);
    expect(batches).toEqual([5, 5, 5, 5, 3]);
    expect(aws.asked.every(({ input }) => input.NextToken === undefined)).toBe(true);
  });

  it('is not taken when it is of another request', async () => {
    const aws = await scriptedAws({ traces: [{ ...traceOf(7), id: rootOf(0) }] });
    const source = await open(aws);
    expect(statesOf(await find(source, [named(0)]))).toEqual({ 0: 'missing' });
    expect(source.warnings()).toEqual([
      expect.objectContaining({ code: 'traces-left', message: expect.stringContaining('1 were not found') }),
    ]);
  });

  it('may hold several calls: each gets its own segments', async () => {
    const root = rootOf(0);
    const segments = [0, 1].flatMap(seq => segmentsAt(T + seq * 1_000 + 50, requestOf(seq), 100 + seq));
    const aws = await scriptedAws({ traces: [{ id: root, segments }] });
    const calls = [0, 1].map(seq => ({ ...named(seq), traceId: root }));
    const found = await find(await open(aws), calls);
    expect([0, 1].map(seq => found.get(seq)!.trace!.serviceSideMs)).toEqual([100, 101]);
  });

  it('comes late: in part, then whole, and is read once more where segments may come one by one', async () => {
    const [service, fn] = segmentsAt(T, requestOf(0));
    const aws = await scriptedAws({ traces: [{ id: rootOf(0), segments: [service] }] });
    const calls = new Arrivals<ObservedCall>();
    calls.add(named(0));
    const states: (string | undefined)[] = [];
    const source = await open(aws, { confirm: true, pace: { ...FAST, patienceMs: 5_000 } });
    const reading = (async () => {
      for await (const { evidence } of source.collect(calls, never)) states.push(evidence.trace?.state);
    })();
    while (states.length === 0) await sleep(10);
    expect(states).toEqual(['partial']);
    aws.script.traces = [{ id: rootOf(0), segments: [service, fn] }];
    while (states.length < 2) await sleep(10);
    const looks = aws.askedFor('/Traces').length;
    calls.end();
    await reading;
    expect(states).toEqual(['partial', 'complete']);
    expect(aws.askedFor('/Traces').length).toBeGreaterThan(looks);
  });

  it('is asked for again when X-Ray did not come to it, without that counting as a look', async () => {
    const aws = await scriptedAws({ traces: [traceOf(0)], unprocessed: [rootOf(0)] });
    const calls = new Arrivals<ObservedCall>();
    calls.add(named(0));
    const source = await open(aws, { attempts: 2 });
    const found = gather(source.collect(calls, never));
    while (aws.askedFor('/Traces').length < 5) await sleep(10);
    aws.script.unprocessed = [];
    calls.end();
    expect(statesOf(await found)).toEqual({ 0: 'complete' });
  });

  it('is looked for so many times while the run goes on, and again at its end', async () => {
    const aws = await scriptedAws();
    const calls = new Arrivals<ObservedCall>();
    calls.add(named(0));
    const source = await open(aws, { attempts: 3 });
    const found = gather(source.collect(calls, never));
    await sleep(300);
    expect(aws.askedFor('/Traces')).toHaveLength(3);
    aws.script.traces = [traceOf(0)];
    calls.end();
    expect(statesOf(await found)).toEqual({ 0: 'complete' });
  });

  it('is not looked for when it was not sampled; of a run without any that is said', async () => {
    const aws = await scriptedAws();
    const source = await open(aws);
    expect((await find(source, [{ ...named(0), sampled: false }])).size).toBe(0);
    expect(aws.askedFor('/Traces')).toEqual([]);
    expect(source.warnings()).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no call left a trace') }),
    ]);
  });

  it('holds up no end for a call that a front door refused', async () => {
    const aws = await scriptedAws();
    const source = await open(aws, { pace: { ...FAST, patienceMs: 60_000 } });
    const found = await find(source, [
      { ...named(0), ok: false, httpStatus: 403 },
      { ...named(1), ok: false },
    ]);
    expect(statesOf(found)).toEqual({ 0: 'missing', 1: 'missing' });
    expect(source.warnings()).toEqual([]);
  });
});

describe('a call that told no trace', () => {
  const nameless = (seq: number, more: Partial<ObservedCall> = {}) => call(seq, more);

  it('gets it by its request id', async () => {
    const aws = await scriptedAws({ traces: [traceOf(0), traceOf(1)] });
    const found = await find(
      await open(aws),
      [0, 1].map(seq => nameless(seq, { requestId: requestOf(seq) })),
    );
    expect([0, 1].map(seq => found.get(seq)?.trace)).toMatchObject([
      { traceId: rootOf(0), join: 'requestId', state: 'complete' },
      { traceId: rootOf(1), join: 'requestId', state: 'complete' },
    ]);
  });

  it('gets it by time when nothing else fits, and then its log line', async () => {
    const logs = { '/aws/lambda/fn': [[reportOf(0), reportOf(3)]] };
    const aws = await scriptedAws({ traces: [traceOf(3), traceOf(0)], logs });
    const found = await find(await open(aws, { logs: true }), [nameless(0), nameless(3)]);
    for (const seq of [0, 3]) {
      expect(found.get(seq)).toMatchObject({
        trace: { traceId: rootOf(seq), join: 'time' },
        log: { durationMs: seq + 0.5 },
      });
    }
  });

  it('on a clock that is wrong by minutes too', async () => {
    const aheadMs = 187_000;
    const skewed = [0, 1].map(seq => ({
      id: rootOf(seq),
      segments: segmentsAt(T + aheadMs + seq * 3_000 + 50, requestOf(seq)),
    }));
    const aws = await scriptedAws({ traces: skewed, aheadMs });
    const calls = [0, 1].map(seq =>
      nameless(seq, { issuedAtMs: T + seq * 3_000, completedAtMs: T + seq * 3_000 + 200 }),
    );
    const found = await find(await open(aws), calls);
    expect([0, 1].map(seq => found.get(seq)?.trace)).toMatchObject([{ traceId: rootOf(0) }, { traceId: rootOf(1) }]);
  });

  it.each([
    ['two traces fit', [traceOf(0), { id: rootOf(5), segments: segmentsAt(T + 60, requestOf(5)) }], [nameless(0)]],
    [
      'another call was under way',
      [traceOf(0)],
      [nameless(0), nameless(9, { issuedAtMs: T + 10, completedAtMs: T + 210 })],
    ],
    ['it is longer than the call', [{ id: rootOf(0), segments: segmentsAt(T, requestOf(0), 300) }], [nameless(0)]],
    ['it is of another time', [{ id: rootOf(0), segments: segmentsAt(T - 20_000, requestOf(0)) }], [nameless(0)]],
    [
      'it is the trace of a call that named it',
      [traceOf(0)],
      [named(0), nameless(9, { issuedAtMs: T + 10, completedAtMs: T + 210 })],
    ],
  ])('gets none when %s', async (_, traces, calls) => {
    const aws = await scriptedAws({ traces });
    const found = await find(await open(aws), calls);
    for (const { seq, traceId } of calls) expect(found.get(seq)?.trace?.traceId).toBe(traceId);
  });

  it('is missing when it was looked for in vain, and costs the others nothing when traces may not be listed', async () => {
    const vain = await find(await open(await scriptedAws()), [nameless(0)]);
    expect(statesOf(vain)).toEqual({ 0: 'missing' });
    const refusal = { status: 403, type: 'AccessDeniedException' };
    const aws = await scriptedAws({ traces: [traceOf(1)], refusals: { '/TraceSummaries': refusal } });
    const source = await open(aws);
    expect(statesOf(await find(source, [nameless(0), named(1)]))).toEqual({ 1: 'complete' });
    expect(source.warnings()).toEqual([
      expect.objectContaining({ code: 'traces-left', message: expect.stringContaining('xray:GetTraceSummaries') }),
    ]);
    expect(aws.askedFor('/TraceSummaries')).toHaveLength(1);
  });

  it('is not looked for among the traces of functions that nobody has named', async () => {
    const aws = await scriptedAws({ traces: [traceOf(0)] });
    const source = await EvidenceSource.open(
      { access: { emulator: aws.url }, traces: true, logs: true, attempts: 1, pace: FAST, confirm: false },
      { functionName: () => undefined, logGroup: () => undefined },
    );
    onTestFinished(() => source.close());
    expect((await find(source, [nameless(0)])).size).toBe(0);
    expect(aws.askedFor('/TraceSummaries')).toEqual([]);
    expect(source.warnings().map(({ code }) => code)).toEqual(['traces-left', 'logs-left']);
    expect(source.warnings()[0]!.advice).toContain('--function');
  });
});

describe('a log line', () => {
  it('is found by its request id, behind empty pages, and tells of a trace', async () => {
    const xray = `\nXRAY TraceId: ${rootOf(0)}\tSegmentId: 1111111111111111\tSampled: true\t`;
    const logs = { '/aws/lambda/fn': [[], [reportOf(8)], [], [reportOf(0, xray)]] };
    const aws = await scriptedAws({ logs, traces: [traceOf(0)] });
    const found = await find(await open(aws, { logs: true }), [call(0, { requestId: requestOf(0) })]);
    expect(found.get(0)).toMatchObject({
      log: { durationMs: 0.5, billedMs: 1, maxMemoryMb: 91, traceId: rootOf(0) },
      trace: { join: 'requestId', traceId: rootOf(0), state: 'complete' },
    });
  });

  it('that the function printed itself is not taken for the one of Lambda', async () => {
    const forged = reportOf(0).replace('Duration: 0.5 ms', 'Duration: 9999 ms');
    const aws = await scriptedAws({ logs: { '/aws/lambda/fn': [[forged, reportOf(0)]] } });
    const found = await find(await open(aws, { traces: false, logs: true }), [named(0)]);
    expect(found.get(0)!.log!.durationMs).toBe(0.5);
  });

  it('is not looked for when it came with the answer', async () => {
    const aws = await scriptedAws();
    expect((await find(await open(aws, { traces: false, logs: true }), [{ ...named(0), logged: true }])).size).toBe(0);
    expect(aws.asked).toEqual([]);
  });

  it('is asked for around the time of the calls that lack it only', async () => {
    const aws = await scriptedAws({ logs: { '/aws/lambda/fn': [[reportOf(0)]] } });
    await find(await open(aws, { traces: false, logs: true }), [named(0), named(30)]);
    const windows = aws.askedFor('FilterLogEvents').map(({ input }) => input.startTime - T);
    expect(windows[0]).toBeLessThan(0);
    expect(windows.at(-1)).toBeGreaterThan(15_000);
  });
});

describe('AWS that does not answer as one would like', () => {
  const REFUSALS = {
    denied: {
      status: 403,
      type: 'AccessDeniedException',
      message: 'User: x is not authorized to perform: xray:BatchGetTraces',
    },
    expired: {
      status: 403,
      type: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    },
    credentials: {
      status: 403,
      type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    },
    clock: {
      status: 403,
      type: 'InvalidSignatureException',
      message: 'Signature expired: 20261123T000000Z is now earlier than 20261124T000000Z',
    },
    other: { status: 400, type: 'InvalidRequestException', message: 'no such thing' },
  };

  it.each(Object.entries(REFUSALS))(
    '%s: asked once, one warning, and no trace is called missing',
    async (kind, refusal) => {
      const aws = await scriptedAws({ refusals: { '/Traces': refusal } });
      const source = await open(aws);
      const found = await find(source, [named(0), named(1)]);
      expect(found.size).toBe(0);
      expect(aws.askedFor('/Traces')).toHaveLength(1);
      const [warning, ...others] = source.warnings();
      expect(others).toEqual([]);
      expect(warning!.code).toBe(`traces-${kind}`);
      expect(warning!.message).toMatch(/^X-Ray /);
      if (kind === 'denied') {
        expect(warning).toMatchObject({
          message: 'X-Ray refused to answer (AccessDenied: xray:BatchGetTraces)',
          advice: expect.stringContaining('--no-traces'),
        });
      }
    },
  );

  it('no credentials, and no region', async () => {
    // Of a machine on which the SDK can find nothing, whatever this one has.
    const set = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    process.env = {
      ...Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_'))),
      ...set,
    };
    for (const [region, code] of [
      ['eu-central-1', 'traces-credentials'],
      [undefined, 'traces-region'],
    ] as const) {
      const source = await open(await scriptedAws(), { access: region === undefined ? {} : { region } });
      await find(source, [named(0)]);
      expect(source.warnings().map(warning => warning.code)).toEqual([code]);
    }
  });

  it('throttled: asks less and less often, and finds it in the end', async () => {
    const aws = await scriptedAws({
      traces: [traceOf(0)],
      refusals: { '/Traces': { status: 429, type: 'ThrottledException', message: 'Rate exceeded' } },
    });
    const calls = new Arrivals<ObservedCall>();
    calls.add(named(0));
    const source = await open(aws, { pace: { intervalMs: 20, lastIntervalMs: 20, patienceMs: 10_000 } });
    const found = gather(source.collect(calls, never));
    while (aws.askedFor('/Traces').length < 5) await sleep(10);
    const times = aws.askedFor('/Traces').map(({ atMs }) => atMs);
    const pauses = times.slice(1).map((atMs, i) => atMs - times[i]!);
    expect(pauses[3]!).toBeGreaterThan(2 * pauses[0]!);
    aws.script.refusals = {};
    calls.end();
    expect(statesOf(await found)).toEqual({ 0: 'complete' });
    expect(source.warnings()).toEqual([]);
  });

  it.each([
    ['throttled', { status: 429, type: 'ThrottledException' }],
    ['unavailable', { status: 503, type: 'ServiceUnavailableException' }],
  ])('%s to the end of the patience: one warning, and nothing is called missing', async (kind, refusal) => {
    const aws = await scriptedAws({ refusals: { '/Traces': refusal } });
    const source = await open(aws);
    const started = performance.now();
    expect((await find(source, [named(0)])).size).toBe(0);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(source.warnings().map(({ code }) => code)).toEqual([`traces-${kind}`]);
  });

  it('nobody there at all', async () => {
    const source = await open({ ...(await scriptedAws()), url: 'http://127.0.0.1:9' });
    await find(source, [named(0)]);
    expect(source.warnings().map(({ code }) => code)).toEqual(['traces-unavailable']);
  });

  it('a log group that does not exist: one warning that names it, and the traces come all the same', async () => {
    const aws = await scriptedAws({
      traces: [traceOf(0)],
      refusals: {
        FilterLogEvents: {
          status: 400,
          type: 'ResourceNotFoundException',
          message: 'The specified log group does not exist.',
        },
      },
    });
    const source = await open(aws, { logs: true });
    expect(statesOf(await find(source, [named(0)]))).toEqual({ 0: 'complete' });
    expect(source.warnings()).toEqual([
      expect.objectContaining({ code: 'logs-not-found', message: expect.stringContaining('/aws/lambda/fn') }),
    ]);
  });

  it('an account whose traces go to CloudWatch Logs: said, and not asked', async () => {
    const aws = await scriptedAws({ destination: 'CloudWatchLogs' });
    const source = await open(aws);
    expect((await find(source, [named(0)])).size).toBe(0);
    expect(aws.askedFor('/Traces')).toEqual([]);
    expect(source.warnings()).toEqual([
      expect.objectContaining({ code: 'traces-elsewhere', message: expect.stringContaining('Transaction Search') }),
    ]);
  });

  it('where traces go need not be told', async () => {
    const aws = await scriptedAws({
      traces: [traceOf(0)],
      refusals: { '/GetTraceSegmentDestination': REFUSALS.denied },
    });
    const source = await open(aws);
    expect(statesOf(await find(source, [named(0)]))).toEqual({ 0: 'complete' });
    expect(source.warnings()).toEqual([]);
  });
});

it('ends at once when it is told to, with what it has', async () => {
  const aws = await scriptedAws({ traces: [traceOf(0)] });
  const source = await open(aws, { pace: { ...FAST, patienceMs: 600_000 } });
  const stop = new AbortController();
  const calls = new Arrivals<ObservedCall>();
  calls.add(named(0));
  calls.add(named(1));
  calls.end();
  const found = gather(source.collect(calls, stop.signal));
  while (aws.askedFor('/Traces').length < 3) await sleep(10);
  const started = performance.now();
  stop.abort();
  expect(statesOf(await found)).toEqual({ 0: 'complete', 1: 'missing' });
  expect(performance.now() - started).toBeLessThan(500);
});

it("tells the emulator nothing of the user's", async () => {
  const before = { ...process.env };
  onTestFinished(() => {
    process.env = before;
  });
  const secrets = {
    AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL',
    AWS_SECRET_ACCESS_KEY: 'real',
    AWS_SESSION_TOKEN: 'token',
  };
  process.env = {
    ...before,
    ...secrets,
    AWS_REGION: 'eu-west-3',
    AWS_PROFILE: 'nobody',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  };
  const aws = await scriptedAws({ traces: [traceOf(0)], logs: { '/aws/lambda/fn': [[reportOf(0)]] } });
  await find(await open(aws, { logs: true }), [named(0)]);
  expect(new Set(aws.asked.map(({ what }) => what))).toEqual(
    new Set(['/GetTraceSegmentDestination', '/Traces', 'FilterLogEvents']),
  );
  for (const { authorization } of aws.asked) {
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAEMULATEDEMULATED\/\d{8}\/us-east-1\//);
  }
});
