/** Whatever is sent to the front doors and to the Runtime API: the right status each, the emulator alive, and other environments untouched. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';
import { type Echo, emulator, invokeUrl, node, options, post } from './harness.ts';

const random = seededRandom(2_026);
const below = (limit: number) => Math.floor(random() * limit);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;
const letters = (count: number) =>
  Array.from({ length: count }, () => oneOf([...'abcdefghijklmnopqrstuvwxyz0123456789-'])).join('');
const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => below(256)));

/** The status line's number; 0 when the connection ends without one. */
function raw(url: string, { head, body = '', early = false }: Case): Promise<number> {
  return new Promise(resolve => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(`${head.join('\r\n')}\r\nHost: x\r\nConnection: close\r\n\r\n`);
      socket.write(body);
      if (early) socket.end();
    });
    const done = () => resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0));
    socket.setEncoding('latin1').on('data', text => {
      answer += text;
    });
    socket.once('error', done).once('close', done);
  });
}

const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'SEARCH', 'MKCOL'];
const EVENT = JSON.stringify({ answer: { statusCode: 200, body: 'ok' } });
const path = () =>
  `/${Array.from({ length: below(5) }, () => letters(1 + below(12))).join('/')}${oneOf(['', `?${letters(6)}=${letters(9)}`, '?&&=&', '/%20', '/..', '//'])}`;
const headers = () => Array.from({ length: below(20) }, () => `X-${letters(1 + below(20))}: ${letters(below(200))}`);
const length = (body: Buffer | string) => `Content-Length: ${Buffer.byteLength(body)}`;

interface Case {
  readonly what: string;
  readonly head: readonly string[];
  readonly body?: Buffer | string;
  readonly right: readonly number[];
  /** The client hangs up after what it has sent. */
  readonly early?: boolean;
}

/** Of a door through which everything reaches the function. */
function doorCase(): Case {
  const method = oneOf(METHODS);
  switch (below(8)) {
    case 0:
      return { what: 'no HTTP', head: [letters(30)], right: [400] };
    case 1:
      return { what: 'an unknown method', head: [`${letters(7).toUpperCase()}X / HTTP/1.1`], right: [400] };
    case 2:
      return { what: 'a broken header', head: ['POST / HTTP/1.1', `bad header ${letters(4)}`], right: [400] };
    case 3: {
      const body = bytes(below(4_000));
      // What is no order of the test's gets the function's own answer.
      return { what: 'any bytes', head: [`POST ${path()} HTTP/1.1`, ...headers(), length(body)], body, right: [200] };
    }
    case 4:
      return { what: 'too large', head: ['POST / HTTP/1.1', `Content-Length: ${11 * 1024 * 1024}`], right: [413] };
    case 5:
      return {
        what: 'contradicting lengths',
        head: ['POST / HTTP/1.1', 'Content-Length: 3', 'Content-Length: 4'],
        body: 'abcd',
        right: [400],
      };
    case 6:
      return {
        what: 'a body that ends early',
        head: ['POST / HTTP/1.1', 'Content-Length: 100'],
        body: 'abc',
        right: [0, 400],
        early: true,
      };
    default:
      return {
        what: `${method}`,
        head: [`${method} ${path()} HTTP/1.1`, ...headers(), length(EVENT)],
        body: EVENT,
        right: [200],
      };
  }
}

function apiCase(): Case {
  const json = 'Content-Type: application/json';
  const invoke = `/2015-03-31/functions/fn/invocations`;
  const send = (what: string, line: string, body: string, right: number[], more: string[] = []): Case => ({
    ...{ what, head: [`${line} HTTP/1.1`, json, ...more, length(body)], body, right },
  });
  switch (below(11)) {
    case 0:
      return send('Invoke of no JSON', `POST ${invoke}`, letters(10), [400]);
    case 1:
      return send('Invoke of another function', `POST /2015-03-31/functions/${letters(9)}/invocations`, '{}', [404]);
    case 2:
      return send('Invoke of an odd type', `POST ${invoke}`, '{}', [400], [`X-Amz-Invocation-Type: ${letters(5)}`]);
    case 3:
      return send('Invoke of an odd context', `POST ${invoke}`, '{}', [400], ['X-Amz-Client-Context: !!!']);
    case 4:
      return {
        what: 'Invoke too large',
        head: [`POST ${invoke} HTTP/1.1`, `Content-Length: ${7 * 1024 * 1024}`],
        right: [413],
      };
    case 5:
      return send('X-Ray of no JSON', 'POST /Traces', letters(10), [400]);
    case 6:
      return send('X-Ray of wrong types', 'POST /Traces', JSON.stringify({ TraceIds: below(9) }), [400]);
    case 7:
      return send('summaries of wrong types', 'POST /TraceSummaries', JSON.stringify({ StartTime: letters(3) }), [400]);
    case 8:
      return send('logs of no target', 'POST /', '{}', [400], [`X-Amz-Target: ${letters(20)}`]);
    case 9:
      return send('an unknown operation', `${oneOf(METHODS)} /${letters(8)}/${letters(8)}`, '{}', [404]);
    default:
      return send('Invoke', `POST ${invoke}`, EVENT, [200]);
  }
}

describe('the front doors', () => {
  let lambda: Emulator;
  let pid: number;
  beforeAll(async () => {
    lambda = await startEmulator(options({ concurrency: 2 }), AbortSignal.timeout(20_000));
    pid = ((await (await post(invokeUrl(lambda), {})).json()) as Echo).pid;
  });
  afterAll(() => lambda.stop());

  it.each([
    ['functionUrl', doorCase],
    ['httpApiUrl', doorCase],
    ['invokeEndpoint', apiCase],
  ] as const)(
    '%s: three hundred requests, each with its right status',
    async (door, make) => {
      for (let i = 0; i < 300; i += 1) {
        const made = make();
        const { what, head, right } = made;
        const status = await raw(lambda[door], made);
        if (!right.includes(status)) expect([what, head.slice(0, 3), status]).toEqual([what, head.slice(0, 3), right]);
      }
      const { pid: still, calls } = (await (await post(invokeUrl(lambda), {})).json()) as Echo;
      expect(still).toBe(pid);
      expect(calls).toBeGreaterThan(1);
      expect((await lambda.environments()).counts.throttles).toBe(0);
    },
    60_000,
  );
});

describe('the Runtime API', () => {
  interface Order {
    readonly method: string;
    readonly path: string;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  }

  function order(): [order: Order, right: number] {
    const uuid = `${letters(8)}-${letters(4)}`;
    switch (below(9)) {
      case 0:
        return [{ method: oneOf(['GET', 'PUT', 'POST', 'DELETE']), path: `/${letters(9)}/${letters(5)}` }, 404];
      case 1:
        return [{ method: oneOf(['POST', 'PUT']), path: 'BASE/invocation/next', body: '{}' }, 404];
      case 2:
        return [{ method: 'POST', path: `BASE/invocation/${uuid}/response`, body: '{}' }, 400];
      case 3:
        return [{ method: 'POST', path: `BASE/invocation/${uuid}/error`, body: letters(40) }, 400];
      case 4:
        return [
          {
            method: 'POST',
            path: 'BASE/invocation/ID/response',
            body: '{}',
            headers: { 'Lambda-Runtime-Invocation-Id': uuid },
          },
          400,
        ];
      case 5:
        return [
          {
            method: 'POST',
            path: 'BASE/invocation/ID/response',
            body: '{}',
            headers: { 'Lambda-Runtime-Function-Response-Mode': letters(4) },
          },
          400,
        ];
      case 6:
        return [{ method: 'POST', path: 'BASE/init/error', body: '{}' }, 403];
      case 7:
        return [{ method: 'GET', path: 'BASE/invocation/ID/response' }, 404];
      default:
        return [{ method: 'GET', path: 'BASE/invocation/next', headers: { [`x-${letters(5)}`]: letters(50) } }, 200];
    }
  }

  it('refuses what one environment does wrong, and another does not notice', async () => {
    const lambda = await emulator({ bootstrap: node('fuzz.mjs'), concurrency: 2, limits: false });
    const call = async (orders: readonly Order[]) =>
      (await (await post(invokeUrl(lambda), { orders })).json()) as { pid: number; calls: number; statuses: number[] };
    const pairs = await Promise.all([call([]), call([])]);
    const pids = new Set(pairs.map(({ pid }) => pid));
    for (let i = 0; i < 20; i += 1) {
      const asked = Array.from({ length: 12 }, order);
      const both = await Promise.all([call(asked.map(([one]) => one)), call([])]);
      const fuzzed = both.find(({ statuses }) => statuses.length > 0)!;
      expect(fuzzed.statuses.map((status, k) => [asked[k]![0].path, status])).toEqual(
        asked.map(([{ path }, right]) => [path, right]),
      );
      for (const { pid } of both) expect(pids).toContain(pid);
    }
    const lines = (await lambda.logLines()).map(({ text }) => text);
    expect(lines.filter(text => text.startsWith('AGAIN')).every(text => text === 'AGAIN 403')).toBe(true);
    expect(lines.filter(text => text.startsWith('LATE'))).toEqual([]);
    expect((await lambda.environments()).counts.environmentsMade).toBe(pids.size);
  }, 60_000);
});
