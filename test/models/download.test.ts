/** Downloading, against real servers on this machine that do what servers do on a bad day. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { type Download, downloadModel, UnreachableError } from '../../src/models/download.ts';
import { answer, listen, REFUSED, sendOnly, sendRange, serve, startMirror, withoutProxies } from './mirror.ts';

const MODEL = randomBytes(300_000);
const OTHER = randomBytes(300_000);
const HALF = MODEL.length / 2;
const sha256 = createHash('sha256').update(MODEL).digest('hex');

const wholeFile: RequestListener = (_request, response) => response.end(MODEL);

let folder: string;
let file: string;
let part: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-test-'));
  file = join(folder, 'model.onnx');
  part = `${file}.part`;
  withoutProxies();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function download(urls: string | string[], more: Partial<Download> = {}): Promise<void> {
  return downloadModel({ urls: [urls].flat(), sha256, file, signal: new AbortController().signal, ...more });
}

/** The error a download ends with. */
async function failure(...args: Parameters<typeof download>): Promise<SetupError> {
  const error = await download(...args).catch((thrown: unknown) => thrown);
  if (!(error instanceof SetupError)) throw new Error(`not a SetupError: ${error}`);
  return error;
}

async function expectOnlyTheModel(): Promise<void> {
  expect(await readdir(folder)).toEqual(['model.onnx']);
  expect(MODEL.equals(await readFile(file))).toBe(true);
}

describe('a mirror that works', () => {
  it('delivers the file, with progress', async () => {
    const mirror = await startMirror(serve(MODEL));
    const progress: [number, number | undefined][] = [];
    await download(mirror.url, { bytes: MODEL.length, onProgress: (...seen) => progress.push(seen) });
    await expectOnlyTheModel();
    expect(progress.at(-1)).toEqual([MODEL.length, MODEL.length]);
  });

  it('may take longer than the patience for silence, byte by byte', async () => {
    const few = MODEL.subarray(0, 60);
    const mirror = await startMirror(async (_request, response) => {
      for (const byte of few) {
        response.write(Buffer.of(byte));
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      response.end();
    });
    await download(mirror.url, { sha256: createHash('sha256').update(few).digest('hex'), stallMs: 1_000 });
    expect(few.equals(await readFile(file))).toBe(true);
  });

  it('makes the folder when there is none', async () => {
    file = join(folder, 'a', 'b', 'model.onnx');
    await download((await startMirror(serve(MODEL))).url);
    expect(MODEL.equals(await readFile(file))).toBe(true);
  });

  it('replaces an older file', async () => {
    await writeFile(file, OTHER);
    await download((await startMirror(serve(MODEL))).url);
    await expectOnlyTheModel();
  });
});

describe('a mirror that fails', () => {
  it.each([404, 403, 500, 503])('is passed over when it answers %i', async status => {
    const broken = await startMirror(answer(status));
    expect((await failure(broken.url)).message).toBe(`cannot download model.onnx: ${broken.url}: answered ${status}`);
    await download([broken.url, (await startMirror(serve(MODEL))).url]);
    await expectOnlyTheModel();
  });

  it('is passed over when nobody listens', async () => {
    expect((await failure(REFUSED)).message).toContain('connect ECONNREFUSED 127.0.0.1:1');
    await download([REFUSED, (await startMirror(serve(MODEL))).url]);
    await expectOnlyTheModel();
  });

  it('is given up when it never answers', async () => {
    const silent = await startMirror(() => {});
    expect((await failure(silent.url, { stallMs: 100 })).message).toContain('nothing came for 100ms');
  });

  it('is given up when it never finishes connecting', async () => {
    const url = await startDeafServer();
    expect((await failure(url, { stallMs: 100 })).message).toContain('nothing came for 100ms');
  });

  it('is given up when it falls silent, and the next one goes on from there', async () => {
    const stalled = await startMirror(sendOnly(MODEL, HALF, 'stall'));
    const good = await startMirror(serve(MODEL));
    await download([stalled.url, good.url], { stallMs: 300 });
    await expectOnlyTheModel();
    expect(good.ranges()).toEqual([`bytes=${HALF}-`]);
  });

  it('is one line of the error, each with its reason and without secrets', async () => {
    const broken = await startMirror(answer(404));
    const secret = broken.url.replace('http://', 'http://user:password@').concat('?sig=secret#secret');
    const error = await failure([secret, REFUSED]);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toContain(`${broken.url}: answered 404; ${REFUSED}: `);
    expect(error.message).not.toMatch(/user|password|secret/);
    expect(error.hint).toContain('RESNET_BENCH_MIRROR');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is authorised by the user and password of its address', async () => {
    const mirror = await startMirror(serve(MODEL));
    await download(mirror.url.replace('http://', 'http://user:p%40ss%@'));
    expect(mirror.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:p@ss%')}`);
  });
});

describe('an interrupted download', () => {
  it('goes on from where the connection was cut', async () => {
    expect(await failure((await startMirror(sendOnly(MODEL, HALF, 'cut'))).url)).toBeInstanceOf(UnreachableError);
    expect((await stat(part)).size).toBe(HALF);

    const mirror = await startMirror(serve(MODEL));
    const received: number[] = [];
    await download(mirror.url, { onProgress: bytes => received.push(bytes) });
    await expectOnlyTheModel();
    expect(mirror.ranges()).toEqual([`bytes=${HALF}-`]);
    expect(received[0]).toBeGreaterThan(HALF);
  });

  it('keeps what has arrived when it is aborted, and ends with the reason', async () => {
    const abort = new AbortController();
    const stalled = await startMirror(sendOnly(MODEL, HALF, 'stall'));
    const unused = await startMirror(serve(MODEL));
    const onProgress = (bytes: number) => bytes === HALF && abort.abort(new Error('SIGINT'));
    await expect(download([stalled.url, unused.url], { signal: abort.signal, onProgress })).rejects.toThrow('SIGINT');
    expect(unused.requests).toEqual([]);
    expect(await readdir(folder)).toEqual(['model.onnx.part']);
    expect((await stat(part)).size).toBe(HALF);
  });

  it('is aborted while it connects or waits for an answer', async () => {
    for (const start of [startDeafServer, async (onRequest: () => void) => (await startMirror(onRequest)).url]) {
      const abort = new AbortController();
      const url = await start(() => abort.abort(new Error('SIGINT')));
      await expect(download(url, { signal: abort.signal })).rejects.toThrow('SIGINT');
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('asks nothing of anybody when its signal has been aborted before', async () => {
    const mirror = await startMirror(serve(MODEL));
    await expect(download(mirror.url, { signal: AbortSignal.abort(new Error('SIGINT')) })).rejects.toThrow('SIGINT');
    expect(mirror.requests).toEqual([]);
  });

  it('goes on after its process was killed', async () => {
    const stalled = await startMirror(sendOnly(MODEL, HALF, 'stall'));
    await killedHalfway(stalled.url);
    const mirror = await startMirror(serve(MODEL));
    await download(mirror.url);
    await expectOnlyTheModel();
    expect(mirror.ranges()).toEqual([`bytes=${HALF}-`]);
  });

  it('needs no mirror when all bytes are there', async () => {
    await writeFile(part, MODEL);
    await download(REFUSED);
    await expectOnlyTheModel();
  });

  it.each([
    { when: 'the mirror ignores the range', toRange: wholeFile, requests: 1 },
    { when: 'the file has changed at the mirror', toRange: serve(MODEL), requests: 2 },
    { when: 'the mirror sends another range', toRange: sendRange(MODEL, 7), requests: 2 },
  ])('starts again when $when', async ({ toRange, requests }) => {
    await writeFile(part, OTHER.subarray(0, HALF));
    const mirror = await startMirror((request, response) =>
      (request.headers.range ? toRange : wholeFile)(request, response),
    );
    await download(mirror.url);
    await expectOnlyTheModel();
    expect(mirror.ranges()).toEqual([`bytes=${HALF}-`, undefined].slice(0, requests));
  });

  it('starts again when the part is longer than the file', async () => {
    await writeFile(part, Buffer.concat([MODEL, OTHER]));
    const mirror = await startMirror(serve(MODEL));
    await download(mirror.url);
    await expectOnlyTheModel();
    expect(mirror.ranges()).toEqual([`bytes=${2 * MODEL.length}-`, undefined]);
  });
});

describe('a wrong file', () => {
  it('is an error, and nothing of it stays', async () => {
    const error = await failure((await startMirror(serve(OTHER))).url);
    expect(error).not.toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(/what it sent does not have the SHA-256 of the catalogue$/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not take the place of an older one', async () => {
    await writeFile(file, MODEL);
    await failure((await startMirror(serve(OTHER))).url);
    await expectOnlyTheModel();
  });

  it('is an error after a resume, too, once the whole has been tried', async () => {
    await writeFile(part, MODEL.subarray(0, HALF));
    const mirror = await startMirror(serve(OTHER));
    expect(await failure(mirror.url)).not.toBeInstanceOf(UnreachableError);
    expect(mirror.ranges()).toEqual([`bytes=${HALF}-`, undefined]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is an error when no other mirror can be reached, and none when another has the right one', async () => {
    const wrong = await startMirror(serve(OTHER));
    expect(await failure([wrong.url, REFUSED])).not.toBeInstanceOf(UnreachableError);
    await download([wrong.url, (await startMirror(serve(MODEL))).url]);
    await expectOnlyTheModel();
  });

  it('is told by its size before it is downloaded, and costs no part', async () => {
    await writeFile(part, MODEL.subarray(0, HALF));
    const page = await startMirror((_request, response) => response.end('<html>Please log in</html>'));
    const error = await failure(page.url, { bytes: MODEL.length });
    expect(error.message).toContain(`has 26 bytes instead of ${MODEL.length}`);
    expect(error).not.toBeInstanceOf(UnreachableError);
    expect((await stat(part)).size).toBe(HALF);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is followed to another host, with the range and without the password',
    async status => {
      await writeFile(part, MODEL.subarray(0, HALF));
      const target = await startMirror(serve(MODEL));
      const mirror = await startMirror(answer(status, { location: target.url }));
      await download(mirror.url.replace('http://', 'http://user:password@'));
      await expectOnlyTheModel();
      expect(target.ranges()).toEqual([`bytes=${HALF}-`]);
      expect(target.requests[0]?.headers.authorization).toBeUndefined();
    },
  );

  it('is followed to a path', async () => {
    const whole = serve(MODEL);
    const toPath = answer(302, { location: '/elsewhere?a=b' });
    const mirror = await startMirror((request, response) =>
      (request.url === '/elsewhere?a=b' ? whole : toPath)(request, response),
    );
    await download(mirror.url);
    await expectOnlyTheModel();
  });

  it('in a circle is given up', async () => {
    const mirror = await startMirror(answer(302, { location: '/model.onnx' }));
    const error = await failure(mirror.url);
    expect(error.message).toContain('redirects more than 5 times');
    expect(error).toBeInstanceOf(UnreachableError);
    expect(mirror.requests).toHaveLength(6);
  });

  it.each(['ftp://127.0.0.1/secret?secret', 'file:///etc/passwd'])('to %s is not followed', async location => {
    const mirror = await startMirror(answer(302, { location }));
    expect((await failure(mirror.url)).message).toMatch(/redirects to .*, which is not https$/);
  });

  it('to nowhere is a failure of the mirror', async () => {
    expect(await failure((await startMirror(answer(302))).url)).toBeInstanceOf(UnreachableError);
    expect(await failure((await startMirror(answer(302, { location: 'http://' }))).url)).toBeInstanceOf(
      UnreachableError,
    );
  });
});

it('does not ask the mirrors when the folder cannot be written', async () => {
  await writeFile(join(folder, 'taken'), '');
  file = join(folder, 'taken', 'model.onnx');
  const mirror = await startMirror(serve(MODEL));
  const error = await failure([mirror.url, mirror.url]);
  expect(error).not.toBeInstanceOf(UnreachableError);
  expect(error.message).toContain(`cannot write ${file}`);
  expect(error.hint).toContain('RESNET_BENCH_MODELS_DIR');
  expect(mirror.requests).toEqual([]);
});

describe('two downloads of one file at once', () => {
  it('both succeed', async () => {
    const waiting: (() => void)[] = [];
    const mirror = await startMirror((request, response) => {
      waiting.push(() => serve(MODEL)(request, response));
      if (waiting.length === 2) for (const send of waiting) send();
    });
    await Promise.all([download(mirror.url), download(mirror.url)]);
    await expectOnlyTheModel();
  });

  it('do not touch each other when one is interrupted', async () => {
    const abort = new AbortController();
    const stalled = await startMirror(sendOnly(MODEL, HALF, 'stall'));
    const mirror = await startMirror(serve(MODEL));
    const onProgress = (bytes: number) => {
      if (bytes < HALF) return;
      void download(mirror.url).then(() => abort.abort(new Error('SIGINT')));
    };
    await expect(download(stalled.url, { signal: abort.signal, onProgress })).rejects.toThrow('SIGINT');
    expect(mirror.ranges()).toEqual([undefined]);
    expect(MODEL.equals(await readFile(file))).toBe(true);
  });
});

describe('a proxy', () => {
  it('in HTTP_PROXY is used', async () => {
    const mirror = await startMirror(serve(MODEL));
    const proxy = await startProxy(mirror.url);
    vi.stubEnv('HTTP_PROXY', proxy.url);
    await download('http://mirror.invalid/model.onnx');
    await expectOnlyTheModel();
    expect(proxy.asked).toEqual(['mirror.invalid:80']);
  });

  it('is not used for a host in NO_PROXY', async () => {
    const mirror = await startMirror(serve(MODEL));
    vi.stubEnv('HTTP_PROXY', new URL(REFUSED).origin);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await download(mirror.url);
    await expectOnlyTheModel();
  });

  it('that never answers is given up', async () => {
    vi.stubEnv('HTTP_PROXY', new URL((await startMirror(() => {})).url).origin);
    expect(await failure('http://mirror.invalid/model.onnx', { stallMs: 100 })).toBeInstanceOf(UnreachableError);
  });

  it('whose address makes no sense is an error of its own', async () => {
    vi.stubEnv('HTTP_PROXY', 'no address');
    const error = await failure(REFUSED);
    expect(error).not.toBeInstanceOf(UnreachableError);
    expect(error.message).toContain('HTTP_PROXY');
  });
});

/** Starts the download in a process of its own and kills that when half of the file has arrived. */
async function killedHalfway(url: string): Promise<void> {
  const script = `
    import { downloadModel } from ${JSON.stringify(new URL('../../src/models/download.ts', import.meta.url))};
    const onProgress = bytes => bytes === ${HALF} && process.stdout.write('half');
    await downloadModel({ ...${JSON.stringify({ urls: [url], sha256, file })}, signal: new AbortController().signal, stallMs: 60_000, onProgress });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(file)).toBe(false);
}

/** Takes a TLS connection and never says a word, so that connecting does not end. */
async function startDeafServer(onConnection: () => void = () => {}): Promise<string> {
  return `https://127.0.0.1:${await listen(createTcpServer(onConnection))}/model.onnx`;
}

/** A proxy that tunnels every connection to the mirror, whatever host was asked for. */
async function startProxy(mirror: string): Promise<{ url: string; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const server = createServer().on('connect', (request, client) => {
    asked.push(request.url);
    const { hostname, port } = new URL(mirror);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => {});
    onTestFinished(() => void upstream.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
}
