/** `serve` as a program and over HTTP: what it answers, to whom, and what it leaves behind. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleSchema } from '../../src/core/sample.ts';
import type { CallAnswer, Health, ReportList, Settings } from '../../src/web/client/answers.ts';
import { complaint, isAlive, ROOT, until, useProgram } from '../cli/program.ts';
import { Marked } from '../cli/soaking.ts';
import { OUR_ANSWER } from '../runners/fault-server.ts';
import { asBody, ask, classify, post, type Serving, serve } from './serving.ts';

const program = useProgram();
const PICTURE = readFileSync(join(ROOT, 'fixtures', 'odd', 'baseline.jpg'));

let serving: Serving;
let marked: Marked;
let slow: Promise<string>;
beforeAll(async () => {
  const cwd = await program.fresh();
  marked = await Marked.in(cwd);
  await program.run(['local', '--iterations', '3'], { cwd });
  serving = await serve(program, [], { cwd, env: marked.env });
  // It is waited for until the server has had enough of it.
  slow = saidTo(slowBody(serving));
});

const json = async <T>(path: string) => JSON.parse((await ask(serving, { path })).body) as T;

describe('a picture', () => {
  it('goes through both, as samples of a record, and its trace comes to who asked', async () => {
    const [local, lambda] = await classify(serving, PICTURE, 'both');
    for (const { sample } of [local!, lambda!]) expect(sampleSchema.parse(sample).predictions).toHaveLength(5);
    expect(local).toMatchObject({ target: 'local', search: 'none', sample: { start: 'cold', trace: 'off' } });
    expect(lambda).toMatchObject({ target: 'lambda', sample: { start: 'cold', outcome: { httpStatus: 200 } } });
    const whole = await until('its trace', async () => {
      const answer = await json<CallAnswer>(`/traces/${lambda!.id}`);
      return answer.search === 'over' && answer;
    });
    expect(whole.sample).toMatchObject({ trace: 'complete', start: 'cold', requestId: lambda!.sample.requestId });
    const { initMs, invocationMs, overheadMs, networkMs, billedMs } = whole.sample.timings;
    for (const ms of [initMs, invocationMs, overheadMs, networkMs, billedMs]) expect(ms).toBeTypeOf('number');
    expect(whole.bars.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['call', 'Initialization', 'Invocation', 'Overhead']),
    );
    expect(whole.bars[0]).toMatchObject({ startMs: 0, endMs: whole.serviceMs });
  });

  it('has events that end when all is known', async () => {
    const [lambda] = await classify(serving, PICTURE, 'lambda');
    const { status, headers, body } = await ask(serving, { path: `/traces/${lambda!.id}/events` });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const told = [...body.matchAll(/^data: (\{"id".*)$/gm)].map(([, text]) => JSON.parse(text!) as CallAnswer);
    expect(new Set(told.map(({ id }) => id))).toEqual(new Set([lambda!.id]));
    expect(told.at(-1)).toMatchObject({ search: 'over', sample: { trace: 'complete' } });
    expect(body.endsWith('event: end\ndata: {}\n\n')).toBe(true);
  });

  it('of several visitors at once each has its own answer', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => classify(serving, PICTURE, 'lambda')));
    const answers = all.map(([answer]) => answer!);
    for (const name of ['requestId', 'traceId'] as const) {
      expect(new Set(answers.map(({ sample }) => sample[name])).size, name).toBe(6);
    }
    expect(new Set(answers.map(({ id }) => id)).size).toBe(6);
    expect(answers.some(({ others }) => others > 0)).toBe(true);
    expect(await json<Health>('/health')).toEqual({ status: 'ok', targets: { local: 'answered', lambda: 'answered' } });
  });

  it('is classified again after the process of the classifier, or the emulator, was killed', async () => {
    const [before] = await classify(serving, PICTURE, 'both');
    const pid = Number(/^process (\d+)$/.exec(before!.sample.environmentId!)![1]);
    const [emulator] = [...marked.processes()].find(([, command]) => command.includes('emulator/main'))!;
    for (const victim of [pid, emulator]) process.kill(victim, 'SIGKILL');
    await until('their ends', () => !isAlive(pid) && !isAlive(emulator));
    const [local, lambda] = await classify(serving, PICTURE, 'both');
    expect([local!.sample.start, lambda!.sample.start]).toEqual(['cold', 'cold']);
    expect(local!.sample.environmentId).not.toBe(before!.sample.environmentId);
  });
});

describe('a picture over the limit of Lambda', () => {
  it('is refused by Lambda alone', async () => {
    // What a decoder does not read counts as well.
    const large = Buffer.concat([PICTURE, Buffer.alloc(12_000_000)]);
    const [local, lambda] = await classify(serving, large, 'both');
    expect(local!.sample.outcome).toEqual({ ok: true });
    expect(local!.sample.predictions).toHaveLength(5);
    expect(lambda!.sample.outcome).toMatchObject({ ok: false, error: { kind: 'too-large' } });
    const { mostPictureBytes } = await json<Settings>('/settings');
    expect(mostPictureBytes).toEqual({ local: 25_165_815, lambda: 4_715_511 });
  });
});

describe('a server that was held up itself', () => {
  it('says for how long of a call, and nothing of calls that it does not time', async () => {
    const [asked, answering] = [new AbortController(), new AbortController()];
    const lambda = createServer(async (_request, response) => {
      asked.abort();
      await once(answering.signal, 'abort');
      response.setHeader('content-type', 'application/json').end(JSON.stringify(OUR_ANSWER));
    });
    await new Promise<void>(resolve => lambda.listen(0, '127.0.0.1', resolve));
    const { port } = lambda.address() as AddressInfo;
    const server = await serve(program, ['--url', `http://127.0.0.1:${port}/`, '--front-door', 'url']);
    try {
      const calls = classify(server, PICTURE, 'both');
      await once(asked.signal, 'abort');
      // Reading JSON and base64 of so many bytes takes a while, and nothing else is done meanwhile.
      expect((await post(server, asBody(Buffer.alloc(12_000_000)))).status).toBe(400);
      answering.abort();
      const [local, held] = await calls;
      expect(held!.sample.outcome).toMatchObject({ ok: true });
      expect(held!.heldUpMs).toBeGreaterThan(5);
      expect(local).not.toHaveProperty('heldUpMs');
    } finally {
      lambda.closeAllConnections();
      lambda.close();
      server.running.child.kill('SIGTERM');
    }
  });
});

describe('reports', () => {
  it('are listed, and each file is made when it is asked for', async () => {
    const { runs, folder } = await json<ReportList>('/reports');
    expect(folder).toBe('reports');
    expect(runs).toEqual([expect.objectContaining({ command: 'local', status: 'completed', targets: ['local'] })]);
    const { id, files } = runs[0]!;
    expect(files).toEqual(['report.html', 'report.md', 'samples.csv', 'record.json']);
    for (const [file, start] of [
      ['report.html', '<!DOCTYPE html>'],
      ['report.md', '#'],
      ['samples.csv', 'target,'],
      ['record.json', '{'],
    ] as const) {
      const { status, body } = await ask(serving, { path: `/reports/${id}/${file}` });
      expect([status, body.startsWith(start)], file).toEqual([200, true]);
    }
  });
});

describe('hostile requests', () => {
  const good = { 'content-type': 'application/json' };
  const huge = Buffer.alloc(34_000_000, 'A');
  const requests: readonly [status: number, what: string, asked: Parameters<typeof ask>[1]][] = [
    [403, 'another host', { headers: { host: 'evil.example' } }],
    [403, 'a host with another port', { headers: { host: '127.0.0.1:1' } }],
    [
      403,
      'another origin',
      { method: 'POST', path: '/classify', headers: { ...good, origin: 'http://evil.example' }, body: '{}' },
    ],
    [
      403,
      'another site',
      { path: '/health', headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
    ],
    [403, 'another host where nothing is', { path: '/none', headers: { host: 'evil.example' } }],
    [404, 'a path up', { path: '/reports/../../../../etc/passwd' }],
    [404, 'an encoded path up', { path: '/reports/..%2f..%2f..%2fetc/passwd' }],
    [404, 'a file beside the record', { path: '/reports/20260101-000000-local/resume.json' }],
    [404, 'a module up', { path: '/app/..%2f..%2fpackage.json' }],
    [404, 'another module', { path: '/app/cli/main.js' }],
    [404, 'a name of every object', { path: '/reports/constructor/__proto__' }],
    [404, 'a trace of nobody', { path: '/traces/AAAAAAAAAAAAAAAAAAAAAAAA' }],
    [404, 'the latest trace', { path: '/traces/latest' }],
    [400, 'an escape that is none', { path: '/%zz' }],
    [404, 'another method', { method: 'PUT', path: '/classify' }],
    [431, 'huge headers', { headers: { 'x-long': 'a'.repeat(20_000) } }],
    [415, 'text', { method: 'POST', path: '/classify', headers: { 'content-type': 'text/plain' }, body: '{}' }],
    [
      415,
      'a form',
      {
        method: 'POST',
        path: '/classify',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'image=x',
      },
    ],
    [415, 'no type', { method: 'POST', path: '/classify', body: '{}' }],
    [400, 'no JSON', { method: 'POST', path: '/classify', headers: good, body: '{"image":' }],
    [400, 'a body of nothing', { method: 'POST', path: '/classify', headers: good, body: '' }],
    [400, 'a list', { method: 'POST', path: '/classify', headers: good, body: '[]' }],
    [400, 'a number for a picture', { method: 'POST', path: '/classify', headers: good, body: '{"image":1}' }],
    [400, 'no base64', { method: 'POST', path: '/classify', headers: good, body: '{"image":"!!!!"}' }],
    [400, 'a prototype', { method: 'POST', path: '/classify', headers: good, body: '{"__proto__":{"image":"AAAA"}}' }],
    [400, 'text in base64', { method: 'POST', path: '/classify', headers: good, body: '{"image":"aGVsbG8gd29ybGQ="}' }],
    [
      400,
      'another target',
      { method: 'POST', path: '/classify?target=http://evil.example', headers: good, body: '{"image":"AAAA"}' },
    ],
    [
      400,
      'a target twice',
      { method: 'POST', path: '/classify?target=local&target=lambda', headers: good, body: '{"image":"AAAA"}' },
    ],
    [413, 'a huge body', { method: 'POST', path: '/classify', headers: { ...good, 'content-length': '900000000' } }],
  ];

  it('are refused, each with its status and in words, and the server lives on', async () => {
    const rss = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${serving.running.child.pid}/status`, 'utf8'))?.[1]);
    const round = async () => {
      for (const [status, what, asked] of requests) {
        const answer = await ask(serving, { headers: {}, ...asked });
        expect(answer.status, what).toBe(status);
        expect(answer.body, what).not.toMatch(/\bat .*\.js|node_modules|\/src\/|dist\//);
        if (![431, 0].includes(status)) {
          expect(JSON.parse(answer.body), what).toEqual({ error: expect.any(String), hint: expect.any(String) });
          expect(answer.headers['content-security-policy'], what).toContain("default-src 'none'");
        }
      }
      // Refused by its length, however much of it has been sent by then.
      expect([0, 413]).toContain((await post(serving, huge)).status);
    };
    for (let i = 0; i < 3; i++) await round();
    const beforeKb = process.platform === 'linux' ? rss() : 0;
    for (let i = 0; i < 10; i++) await round();
    if (process.platform === 'linux') expect(rss() - beforeKb).toBeLessThan(80_000);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 |^$/);
    expect((await classify(serving, PICTURE, 'local'))[0]!.sample.outcome.ok).toBe(true);
    expect(serving.running.stderr()).not.toMatch(/^error:/m);
  });

  it('are too many when sixteen pictures are on their way, and no more once those have left', async () => {
    const statusOf = async () => (await post(serving, asBody(PICTURE))).status;
    const sockets = Array.from({ length: 16 }, () => slowBody(serving));
    try {
      await until('a refusal', async () => (await statusOf()) === 503);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await until('an answer', async () => (await statusOf()) === 200);
  });

  it('a broken picture fails in words, with what helps', async () => {
    const [local] = await classify(serving, PICTURE.subarray(0, 300), 'local');
    expect(local).toMatchObject({ sample: { outcome: { ok: false, error: { kind: 'undecodable-image' } } } });
    expect(local!.advice).toMatch(/save it anew/);
  });
});

/** A body that never comes. */
function slowBody({ port }: Serving): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /classify HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  );
  return socket;
}

/** What the server says in the end. */
function saidTo(socket: Socket): Promise<string> {
  let said = '';
  socket.on('data', text => {
    said += text;
  });
  return new Promise(resolve => socket.on('close', () => resolve(said)));
}

describe('the program', () => {
  it('says which port is taken, and how to choose another', async () => {
    const { code, error, hint } = complaint(await program.run(['serve', '--port', String(serving.port)]));
    expect([code, error]).toEqual([3, `port ${serving.port} of 127.0.0.1 is taken`]);
    expect(hint).toContain('--port 0');
  });

  it.each([
    [['--url', 'no address'], 2],
    [['--url', 'https://a.example/', '--memory', '512'], 2],
    [['--port', '99999'], 2],
  ])('refuses %j', async (args, code) => {
    expect(complaint(await program.run(['serve', ...args])).code).toBe(code);
  });

  it('warns of an address that others reach', async () => {
    const { running } = await serve(program, ['--host', '0.0.0.0']);
    expect(running.stderr()).toMatch(/^warning: whoever reaches 0\.0\.0\.0 can use this page: there is no password/);
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
  });

  it('ends by a signal, with all that it started', async () => {
    expect([...marked.processes().values()].some(command => command.includes('own-process'))).toBe(true);
    serving.running.child.kill('SIGTERM');
    expect((await serving.running.done).code).toBe(143);
    await until('the end of all', () => marked.processes().size === 0);
  });
});
