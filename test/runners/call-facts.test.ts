/** A call that fails keeps what is known of it, so that its trace and its log can be found. */
import { describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import { sampleSchema } from '../../src/core/record.ts';
import { CALL_FACTS } from '../../src/core/runner.ts';
import { issue } from '../../src/scenarios/index.ts';
import { failureOf, imageOf, never, open, picture, serve, started } from './calling.ts';
import { FAULTS, json, nested, type Responder } from './fault-server.ts';

const BODY = {
  error: 'Classification failed: out of memory',
  request_id: 'the id of the handler',
  trace_header: 'Root=1-6553f100-0123456789abcdef01234567;Sampled=1',
  environment_id: 'the environment',
};
const HEADERS = {
  'x-amzn-requestid': 'the id of the front door',
  'x-amzn-trace-id': 'root=1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb;sampled=1',
};
const OF_THE_HANDLER = {
  requestId: 'the id of the handler',
  traceId: '1-6553f100-0123456789abcdef01234567',
  traceJoin: 'handler',
  environmentId: 'the environment',
};
const OF_THE_FRONT_DOOR = {
  requestId: 'the id of the front door',
  traceId: '1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb',
  traceJoin: 'header',
};
const requestBytes = Math.ceil(picture.bytes.length / 3) * 4 + '{"image":""}'.length;

/** The facts of a sample that failed. */
async function factsOf(url: string, options: Parameters<typeof started>[1] = {}, image = picture) {
  const { runner } = await started(url, { frontDoor: 'url', ...options });
  const query = { seq: 0, image, scheduledMs: 0 };
  const sample = { ...(await issue(query, runner, startClock(), never)), phase: 'measured' };
  expect(sampleSchema.parse(sample)).toEqual(sample);
  expect(sample.outcome.ok).toBe(false);
  return Object.fromEntries(Object.entries(sample).filter(([name]) => (CALL_FACTS as string[]).includes(name)));
}

/** Its head, half of a body, and then nothing. */
const half: Responder = (_, response) => {
  response.writeHead(200, { ...HEADERS, 'content-length': 20 });
  response.write('half of it');
};

describe('of a failure', () => {
  it.each<[string, unknown, number, object]>([
    ['in the body', BODY, 500, OF_THE_HANDLER],
    ['in a nested body', nested(nested(BODY, 500)), 200, OF_THE_HANDLER],
    ['in an answer without predictions', { ...BODY, error: undefined }, 200, OF_THE_HANDLER],
    ['in the headers', { message: 'Internal Server Error' }, 502, OF_THE_FRONT_DOOR],
    ['in the headers of no JSON', '', 200, OF_THE_FRONT_DOOR],
    ['in the headers of a redirect', {}, 302, OF_THE_FRONT_DOOR],
  ])('what stands %s', async (_, content, status, ids) => {
    const { url } = await serve(json(content, status, HEADERS));
    const responseBytes = JSON.stringify(content).length;
    expect(await factsOf(url)).toEqual({ requestBytes, responseBytes, connectionReused: false, ...ids });
  });

  it('within the answer: the head, and as much of the body as there was', async () => {
    const cut: Responder = (request, response) => {
      half(request, response);
      setTimeout(() => response.destroy(), 50);
    };
    for (const respond of [half, cut]) {
      const { url } = await serve(respond);
      const facts = await factsOf(url, { timeoutMs: respond === half ? 300 : 10_000 });
      expect(facts).toEqual({ requestBytes, responseBytes: 10, connectionReused: false, ...OF_THE_FRONT_DOOR });
    }
  });

  it('before any answer: the request, and whether the connection was a kept one', async () => {
    const answers: Responder[] = [json(BODY, 500), (_, response) => response.destroy()];
    const { url } = await serve((request, response) => answers.shift()!(request, response));
    const { runner } = await started(url);
    await failureOf(runner);
    expect((await failureOf(runner)).call).toEqual({ requestBytes, connectionReused: true });
  });

  it('by the end of the run: what had come by then', async () => {
    const { url, requests } = await serve(() => {});
    const { runner } = await started(url);
    const run = new AbortController();
    const call = failureOf(runner, picture, run.signal);
    await expect.poll(() => requests.length).toBe(1);
    run.abort();
    expect((await call).call).toEqual({ requestBytes, connectionReused: false });
    expect((await failureOf(runner, picture, run.signal)).call).toEqual({});
  });

  it.each(['refused', 'dns', 'no TLS', 'hangs within TLS'] as const)(
    'without a connection: nothing (%s)',
    async name => {
      const { url, close } = await FAULTS[name].start();
      open.push({ close });
      expect(await factsOf(url, { timeoutMs: name === 'hangs within TLS' ? 300 : 10_000 })).toEqual({});
    },
  );

  it('that was not sent: nothing', async () => {
    const over = imageOf('over', new Uint8Array(4_715_512));
    expect(await factsOf('http://127.0.0.1:1', { images: [over] }, over)).toEqual({});
  });

  it('without what is secret', async () => {
    const secret = 'a-long-secret';
    const { url } = await serve(json({ ...BODY, request_id: `of ${secret}`, environment_id: secret }, 500));
    const facts = await factsOf(url, { headers: { 'x-api-key': secret } });
    expect(facts).toMatchObject({ requestId: 'of ***', environmentId: '***' });
  });
});
