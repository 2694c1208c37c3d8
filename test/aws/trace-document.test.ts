/** Traces of AWS and made ones, in both layouts, whole and in pieces. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTrace } from '../../src/aws/trace-document.ts';
import { seededRandom } from '../../src/core/random.ts';

interface Recorded {
  what: string;
  Id: string;
  Segments: { Id: string; Document: string }[];
}
const { traces }: { traces: Recorded[] } = JSON.parse(
  readFileSync(new URL('../../fixtures/traces/recorded.json', import.meta.url), 'utf8'),
);
const documentsOf = (what: string) => {
  const trace = traces.find(trace => trace.what.startsWith(what));
  if (trace === undefined) throw new Error(`no trace ${what}`);
  return trace.Segments.map(({ Document }) => Document);
};

const T = 1_700_000_000;
const REQUEST = '3f1a0c5e-6d2b-4a8e-9c47-0b1d2e3f4a5b';
type Fields = Record<string, unknown>;
const service = (fields: Fields = {}) => ({
  ...{ id: '1111111111111111', name: 'fn', origin: 'AWS::Lambda', start_time: T, end_time: T + 0.1 },
  aws: { request_id: REQUEST },
  ...fields,
});
const fn = (fields: Fields = {}) => ({
  ...{ id: '2222222222222222', parent_id: '1111111111111111', name: 'fn', origin: 'AWS::Lambda::Function' },
  ...{ start_time: T + 0.005, end_time: T + 0.099 },
  subsegments: [child('Invocation', 0.006, 0.09), child('Overhead', 0.091, 0.098)],
  ...fields,
});
const child = (name: string, start: number, end?: number) => ({
  ...{ id: '3333333333333333', name, start_time: T + start },
  ...(end === undefined ? { in_progress: true } : { end_time: T + end }),
});
const parse = (...documents: object[]) => parseTrace(documents.map(document => JSON.stringify(document)));

describe('a recorded trace', () => {
  it('warm, old layout', () => {
    const { evidence, requestId, functionName, serviceStartAtMs } = parseTrace(documentsOf('warm, old layout, REST'));
    expect(evidence).toMatchObject({ state: 'complete', layout: 'old', serviceSideMs: 58, invocationMs: 53.059 });
    expect(evidence.overheadMs).toBeCloseTo(0.378, 2);
    expect(evidence).not.toHaveProperty('initMs');
    expect({ requestId, functionName }).toEqual({
      requestId: '04b18ae7-3d34-4c77-9382-60c2532fcdae',
      functionName: 'example-post',
    });
    expect(serviceStartAtMs).toBeCloseTo(1_681_339_658_203, 1);
  });

  it('cold, old layout: its init lies before the function and within the service', () => {
    const { evidence } = parseTrace(documentsOf('cold, old layout, REST'));
    expect(evidence).toMatchObject({ state: 'complete', serviceSideMs: 1_618, initMs: 780.113, initAhead: false });
    const [init, invocation] = ['init', 'invocation'].map(part => evidence.spans.find(span => span.part === part)!);
    expect(init!.startMs).toBeGreaterThan(0);
    expect(init!.endMs!).toBeLessThan(invocation!.startMs);
    expect(evidence.spans.map(({ part }) => part)).toEqual(['service', 'init', 'function', 'invocation', 'overhead']);
  });

  it('with an inferred segment, which is nobody’s', () => {
    const { evidence } = parseTrace(documentsOf('warm, old layout, user'));
    expect(evidence).toMatchObject({ state: 'complete', serviceSideMs: 31 });
    expect(evidence.spans.map(({ name }) => name)).not.toContain('DynamoDB');
  });

  it('of one function that calls another: the outer, the named, or that of the request', () => {
    const documents = documentsOf('cold, old layout, one function');
    expect(parseTrace(documents)).toMatchObject({ functionName: 'example-post', evidence: { initMs: 851.506 } });
    const inner = { functionName: 'example-notify', evidence: { state: 'complete', serviceSideMs: 33 } };
    expect(parseTrace(documents, { functionName: 'example-notify' })).toMatchObject(inner);
    expect(parseTrace(documents, { requestId: '1a61d1e3-4df6-4c2e-9beb-e150bc55ff34' })).toMatchObject(inner);
    expect(parseTrace(documents, { requestId: REQUEST }).evidence.state).toBe('missing');
    // It ends after its service segment: nothing is clamped.
    const { evidence } = parseTrace(documents, { functionName: 'example-notify' });
    expect(evidence.spans.find(({ part }) => part === 'function')!.endMs).toBeGreaterThan(33);
  });

  it('warm, new layout', () => {
    const { evidence } = parseTrace(documentsOf('warm, new layout'));
    expect(evidence).toMatchObject({ state: 'complete', layout: 'new', serviceSideMs: 663, invocationMs: 264.264 });
    expect(evidence.overheadMs).toBeCloseTo(388.277, 2);
  });

  it.each(traces.map(({ what }) => what))('%s: in whatever order its segments come', what => {
    const documents = documentsOf(what);
    const random = seededRandom(3);
    const shuffled = [...documents].sort(() => random() - 0.5);
    expect(parseTrace(shuffled)).toEqual(parseTrace(documents));
  });
});

describe('a trace', () => {
  const NEW = {
    'aws:responseLatency': 80,
    'aws:responseDuration': 0.5,
    'aws:runtimeOverhead': 2,
    'aws:extensionOverhead': 3,
  };

  it('of the new layout, cold: Init of the function, of the service, or a document of its own', () => {
    const init = child('Init', -0.4, 0.004);
    const warm = { annotations: NEW, subsegments: [] };
    for (const documents of [
      [service(), fn({ ...warm, subsegments: [init] })],
      [service({ subsegments: [init] }), fn(warm)],
      [service(), fn(warm), { ...init, parent_id: '1111111111111111' }],
    ]) {
      const { evidence } = parse(...documents);
      expect(evidence).toMatchObject({ state: 'complete', layout: 'new', initMs: 404, initAhead: false });
      expect(evidence).toMatchObject({ invocationMs: 80.5, overheadMs: 5 });
    }
  });

  it('has the annotations with a dot or without a prefix, too', () => {
    for (const prefix of ['aws.', '']) {
      const annotations = { [`${prefix}responseLatency`]: 80, [`${prefix}runtimeOverhead`]: 2 };
      const { evidence } = parse(service(), fn({ annotations, subsegments: [] }));
      expect(evidence).toMatchObject({ state: 'complete', invocationMs: 80, overheadMs: 2 });
    }
  });

  it('whose init was over before the call is of an environment made ahead', () => {
    const { evidence } = parse(service(), fn({ subsegments: [child('Initialization', -5, -4.5)] }));
    expect(evidence).toMatchObject({ initMs: 500, initAhead: true });
  });

  it('with SnapStart has its restore for an init', () => {
    const { evidence } = parse(service(), fn({ subsegments: [child('Restore', 0.001, 0.004)] }));
    expect(evidence).toMatchObject({ initMs: 3, initAhead: false });
    expect(evidence.spans.map(({ part }) => part)).toContain('restore');
  });

  it('of an asynchronous call tells its waiting', () => {
    const parts = { subsegments: [child('Dwell Time', 0, 0.04), child('Attempt #1', 0.04, 0.1)] };
    const { evidence } = parse(service(parts), fn());
    expect(evidence.spans.map(({ part }) => part)).toEqual(expect.arrayContaining(['dwell', 'attempt']));
  });

  it('keeps subsegments of the function’s own', () => {
    const { evidence } = parse(service(), fn({ subsegments: [child('## index.handler', 0.01, 0.02)] }));
    expect(evidence.spans).toContainEqual({ part: 'work', name: '## index.handler', startMs: 10, endMs: 20 });
  });

  it.each<[string, object[]]>([
    ['without its function', [service()]],
    ['without its service', [fn()]],
    ['whose service is in progress', [service({ end_time: undefined, in_progress: true }), fn()]],
    ['whose function is in progress', [service(), fn({ end_time: undefined, in_progress: true })]],
    ['whose invocation is in progress', [service(), fn({ subsegments: [child('Invocation', 0.006)] })]],
    ['of the layout of 2017, without children', [service(), fn({ subsegments: [] })]],
  ])('%s is partial, and what it lacks is absent', (_, documents) => {
    const { evidence } = parse(...documents);
    expect(evidence.state).toBe('partial');
    expect(JSON.stringify(evidence)).not.toMatch(/null|NaN/);
    for (const [name, value] of Object.entries(evidence)) if (name.endsWith('Ms')) expect(value).toBeGreaterThan(0);
  });

  it('has numbers with exponents', () => {
    const text = JSON.stringify(service()).replace(`"start_time":${T}`, '"start_time":1.7E9');
    expect(parseTrace([text, JSON.stringify(fn())]).evidence).toMatchObject({ state: 'complete', serviceSideMs: 100 });
  });

  it.each([
    [{ fault: true }, {}, 'service'],
    [{ error: true }, {}, 'service'],
    [{ throttle: true, error: true }, {}, 'throttle'],
    [{}, { fault: true }, 'function'],
    [{ error: true }, { error: true }, 'function'],
    [{}, {}, undefined],
  ])('tells whose fault it was: %j %j', (ofService, ofFunction, fault) => {
    expect(parse(service(ofService), fn(ofFunction)).evidence.fault).toBe(fault);
  });

  it('without any call of Lambda is missing', () => {
    const stage = { id: '4444444444444444', name: 'api', origin: 'AWS::ApiGateway::Stage', start_time: T };
    expect(parse(stage)).toEqual({ evidence: { state: 'missing', spans: [] }, segmentCount: 1 });
    expect(parseTrace([])).toEqual({ evidence: { state: 'missing', spans: [] }, segmentCount: 0 });
  });

  it('of garbage is none, and garbage beside it does no harm', () => {
    const garbage = ['', '{', 'null', '[]', '7', '{"id":1}', '{"id":"a","name":"b","start_time":"c"}', '\0'];
    expect(parseTrace(garbage).evidence.state).toBe('missing');
    const whole = [service(), fn()].map(document => JSON.stringify(document));
    expect(parseTrace([...garbage, ...whole, ...garbage])).toEqual(parseTrace(whole));
    const random = seededRandom(7);
    for (let i = 0; i < 500; i++) {
      const text = whole[i % 2]!;
      const at = Math.floor(random() * text.length);
      parseTrace([text.slice(0, at) + String.fromCharCode(32 + random() * 90) + text.slice(at + 1), whole[1]!]);
    }
  });
});
