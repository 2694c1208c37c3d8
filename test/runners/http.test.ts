/** The wire as the lambda runner sees it: its times, its connections, and answers in every form that HTTP allows. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import type { Inference } from '../../src/core/runner.ts';
import { issue } from '../../src/scenarios/index.ts';
import { failureOf, imageOf, never, open, picture, serve, started } from './calling.ts';
import { json, OK_HEAD, OUR_ANSWER, startTcpServer } from './fault-server.ts';

const WHOLE = JSON.stringify(OUR_ANSWER);
const ANSWER = `${OK_HEAD}\r\n${WHOLE}`;
/** More than the buffers of both ends hold while nobody reads. */
const huge = imageOf('huge', Buffer.alloc(4_700_000, 'x'));

async function serveTcp(...[onData]: Parameters<typeof startTcpServer>) {
  const server = await startTcpServer(onData);
  open.push(server);
  return server;
}

/** The first of some calls whose times are as they should be: on a busy machine two events may be seen as one. */
async function oneOf(call: () => Promise<Inference>, fits: (timings: Inference['timings']) => boolean) {
  const seen: Inference['timings'][] = [];
  while (seen.length < 5) {
    const { timings } = await call();
    if (fits(timings)) return;
    seen.push(timings);
  }
  expect.fail(`none of ${JSON.stringify(seen)}`);
}

describe('times', () => {
  it('have the first byte for what it is, however slowly the head goes on', async () => {
    const { url } = await serveTcp(async socket => {
      socket.write(OK_HEAD.slice(0, 20));
      await sleep(100);
      socket.write(`${OK_HEAD.slice(20)}\r\n${WHOLE}`);
    });
    const { runner } = await started(url);
    await oneOf(
      () => runner.infer(picture, never),
      ({ firstByteMs, downloadMs }) => downloadMs! > firstByteMs! && downloadMs! > 50,
    );
  });

  it('wait for the answer, not for the early hints before it', async () => {
    const { url } = await serveTcp(async socket => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
      await sleep(100);
      socket.write(ANSWER);
    });
    const { runner } = await started(url);
    await oneOf(
      () => runner.infer(picture, never),
      ({ firstByteMs, downloadMs }) => firstByteMs! > downloadMs! && firstByteMs! > 50,
    );
  });

  it('count the end of an answer that only the end of its connection tells', async () => {
    const { url } = await serveTcp(async socket => {
      socket.write(`HTTP/1.0 200 OK\r\n\r\n${WHOLE}`);
      await sleep(100);
      socket.end();
    });
    const { runner } = await started(url);
    await oneOf(
      () => runner.infer(picture, never),
      ({ firstByteMs, downloadMs }) => downloadMs! > firstByteMs! && downloadMs! > 50,
    );
    expect((await runner.infer(picture, never)).connectionReused).toBe(false);
  });

  it('leave the border unknown when the answer came before the request had left, and the next call has none of that', async () => {
    const { url, connections } = await serveTcp(socket => {
      socket.pause();
      socket.write(ANSWER);
    });
    const { runner } = await started(url, { images: [huge] });
    for (let call = 1; call <= 2; call++) {
      const { timings, connectionReused } = await runner.infer(huge, never);
      expect(timings).not.toHaveProperty('requestMs');
      expect(timings).not.toHaveProperty('firstByteMs');
      expect(timings.downloadMs).toBeGreaterThanOrEqual(0);
      expect(connectionReused).toBe(false);
      expect(connections()).toBe(call);
    }
  });

  it('of a sample end with the last byte: reading the answer is no service time', async () => {
    const slow = { ...OUR_ANSWER, padding: Array.from({ length: 100_000 }, (_, n) => ({ n })) };
    const { url } = await serve(json(slow));
    const { runner } = await started(url);
    const clock = startClock();
    const sample = await issue({ seq: 0, image: picture, scheduledMs: 0 }, runner, clock, never);
    const afterMs = clock.nowMs();
    const { readMs } = await runner.infer(picture, never);
    // Some ten milliseconds of JSON.
    expect(readMs).toBeGreaterThan(1);
    expect(afterMs - sample.completedMs).toBeGreaterThan(1);
    const { handlerMs, outsideMs } = sample.timings;
    expect(outsideMs).toBeCloseTo(sample.completedMs - sample.issuedMs - handlerMs!, 5);
  });
});

describe('a kept connection', () => {
  it('that is closed when the next request has left is a failure, and the request is not sent again', async () => {
    let requests = 0;
    const { url, connections } = await serveTcp(socket => {
      requests++;
      if (requests === 2) socket.resetAndDestroy();
      else socket.write(ANSWER);
    });
    const { runner } = await started(url);
    await runner.infer(picture, never);
    const error = await failureOf(runner);
    expect(error.kind).toBe('reset');
    expect(error.message).toContain('closed the kept connection without an answer');
    expect(error.call.connectionReused).toBe(true);
    expect([requests, connections()]).toEqual([2, 1]);
    expect((await runner.infer(picture, never)).connectionReused).toBe(false);
  });

  it('that has more to say than it was asked is not used again', async () => {
    const { url, connections } = await serveTcp(socket => socket.write(`${ANSWER}HTTP/1.1 200 OK\r\n`));
    const { runner } = await started(url);
    for (let call = 1; call <= 2; call++) {
      const { connectionReused } = await runner.infer(picture, never);
      expect([connectionReused, connections()]).toEqual([false, call]);
      await sleep(20);
    }
  });
});

describe('an answer', () => {
  it.each([
    ['gzip', gzipSync(WHOLE)],
    ['X-GZIP', gzipSync(WHOLE)],
    ['deflate', deflateSync(WHOLE)],
    ['br', brotliCompressSync(WHOLE)],
    ['identity', Buffer.from(WHOLE)],
    ['gzip, br', brotliCompressSync(gzipSync(WHOLE))],
  ])('may come in %s, which was not asked for; its bytes are those of the wire', async (coding, body) => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(body);
    });
    const { runner } = await started(url);
    const { predictions, responseBytes } = await runner.infer(picture, never);
    expect(predictions[0]?.label).toBe('beagle');
    expect(responseBytes).toBe(body.length);
    expect(requests[0]!.headers).not.toHaveProperty('accept-encoding');
  });

  it('may have headers of any name, and one of them twice', async () => {
    const traces = ['Root=1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb', 'Root=1-cccccccc-dddddddddddddddddddddddd'];
    const head = `__proto__: x\r\nconstructor: y\r\nx-amzn-trace-id: ${traces.join('\r\nx-amzn-trace-id: ')}\r\n\r\n`;
    const body = JSON.stringify({ predictions: OUR_ANSWER.predictions });
    const { url } = await serveTcp(socket =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${head}${body}`),
    );
    const { runner } = await started(url);
    const { traceId } = await runner.infer(picture, never);
    expect(traceId).toBe('1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb');
  });

  it('may nest as deeply as it likes', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const { url } = await serve((_, response) => {
      response.end(JSON.stringify({ ...OUR_ANSWER, model: 0 }).replace('"model":0', `"model":${deep}`));
    });
    const { runner } = await started(url);
    expect((await runner.infer(picture, never)).predictions.length).toBe(5);
    expect(runner.learned()).not.toHaveProperty('model');
  });

  it.each(['1e305', '1e999', '-1', '"7"', 'null', '[7]'])('with %s for a time has none of that name', async time => {
    const { url } = await serve((_, response) => {
      response.end(WHOLE.replace('"total_time_ms":275.5', `"total_time_ms":${time}`));
    });
    const { runner } = await started(url);
    const { timings } = await issue({ seq: 0, image: picture, scheduledMs: 0 }, runner, startClock(), never);
    expect(timings).not.toHaveProperty('handlerMs');
    expect(timings).not.toHaveProperty('outsideMs');
    expect(timings.inferenceMs).toBe(222.125);
  });
});

describe('an address', () => {
  it('with port 0 is not that of port 80', async () => {
    const { runner } = await started('http://127.0.0.1:0/');
    expect((await failureOf(runner)).cause).not.toHaveProperty('port', 80);
  });

  it('may be one of IPv6', async ctx => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end(WHOLE.replace('beagle', String(request.headers.host))));
    });
    const listening = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(0, '::1', () => resolve(true));
    });
    if (!listening) return ctx.skip('there is no IPv6 here');
    open.push({ close: () => new Promise(resolve => void server.close(() => resolve())) });
    const { port } = server.address() as AddressInfo;
    const { runner, info } = await started(`http://[::1]:${port}/a`);
    expect(info.url).toBe(`http://[::1]:${port}/a`);
    expect((await runner.infer(picture, never)).predictions[0]!.label).toBe(`[::1]:${port}`);
  });
});
