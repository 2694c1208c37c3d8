/** `resnet-bench load` against a server that logs its own latencies: rate and percentiles of the two, and autocannon's on the same server beside them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { readRecord } from '../src/runs/read-run.ts';
import { heading, say } from './print.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PICTURE = join(root, 'fixtures', 'odd', '1x1.png');
const RATES = [10, 100, 1_000, 3_000];
const SECONDS = 6;
const RATE_LIMIT = 0.01;
const PERCENTILE_LIMIT_MS = 1;
const DELAY_LIMIT_MS = 5;

const SERVERS = {
  'constant 50 ms': [50],
  // The tenth is slow: p50 is that of the one kind, p99 that of the other.
  '5 and, one in ten, 500 ms': [5, 5, 5, 5, 5, 5, 5, 5, 5, 500],
};

interface Seen {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export async function benchLoad(): Promise<void> {
  for (const [name, delaysMs] of Object.entries(SERVERS)) {
    heading(
      `load against a server of its own process, ${name}, ${SECONDS} s each: rate, p50 and p99 as each sees them`,
    );
    const server = await startServer(delaysMs);
    try {
      for (const rate of RATES) await compare(server.url, rate);
    } finally {
      server.stop();
    }
  }
}

async function compare(url: string, rate: number): Promise<void> {
  say(`  ${rate} a second`);
  await ours(url, rate);
  await takeLog(url);
  const theirs = await autocannonLoad(url, rate);
  const log = await takeLog(url);
  say(row('server, called by autocannon', { perSecond: log.length / SECONDS, ...summary(log) }));
  say(row('autocannon', theirs));
}

async function ours(url: string, rate: number): Promise<void> {
  await takeLog(url);
  const { seen, delayP99 } = await ourLoad(url, rate);
  const log = await takeLog(url);
  const wanted = summary(log);
  const met =
    Math.abs(seen.perSecond / rate - 1) <= RATE_LIMIT &&
    Math.abs(seen.p50 - wanted.p50) <= PERCENTILE_LIMIT_MS &&
    Math.abs(seen.p99 - wanted.p99) <= PERCENTILE_LIMIT_MS;
  const limit = rate === 100 ? `, at most ${DELAY_LIMIT_MS}: ${delayP99 <= DELAY_LIMIT_MS ? 'met' : 'MISSED'}` : '';
  const verdict = `within 1 % and 1 ms: ${met ? 'met' : 'MISSED'}; issue delay p99 ${delayP99.toFixed(2)} ms${limit}`;
  say(row('server, called by ours', { perSecond: log.length / SECONDS, ...wanted }));
  say(`${row('resnet-bench load', seen)}   ${verdict}`);
}

function row(name: string, { perSecond, p50, p99 }: Seen): string {
  return `    ${name.padEnd(30)} ${perSecond.toFixed(1).padStart(7)} a second   p50 ${p50.toFixed(2).padStart(7)}   p99 ${p99.toFixed(2).padStart(7)} ms`;
}

function summary(latenciesMs: readonly number[]): Pick<Seen, 'p50' | 'p99'> {
  const ascending = [...latenciesMs].sort((a, b) => a - b);
  const rank = (percent: number) => ascending[Math.ceil((percent / 100) * ascending.length) - 1] ?? Number.NaN;
  return { p50: rank(50), p99: rank(99) };
}

/** The program itself, as its users run it. */
async function ourLoad(url: string, rate: number): Promise<{ seen: Seen; delayP99: number }> {
  const out = await mkdtemp(join(tmpdir(), 'resnet-bench-load-'));
  try {
    const program = join(root, 'bin', 'resnet-bench.js');
    const args = ['load', '--url', url, '--front-door', 'url', '--rate', `${rate}`, '--duration', `${SECONDS}s`];
    await promisify(execFile)(process.execPath, [program, ...args, '--out', out, PICTURE], {
      maxBuffer: 2 ** 26,
    });
    const [id = ''] = await readdir(out);
    const { targets } = await readRecord(join(out, id, 'record.json'));
    const samples = targets[0]!.samples;
    const failed = samples.filter(({ outcome }) => !outcome.ok).length;
    if (failed > 0) throw new Error(`${failed} of ${samples.length} calls failed`);
    const issued = samples.map(({ issuedMs }) => issuedMs).sort((a, b) => a - b);
    const spanMs = issued.at(-1)! - issued[0]!;
    const delays = summary(samples.map(({ issuedMs, scheduledMs }) => issuedMs - scheduledMs));
    const times = summary(samples.map(({ completedMs, issuedMs }) => completedMs - issuedMs));
    return { seen: { perSecond: ((samples.length - 1) * 1_000) / spanMs, ...times }, delayP99: delays.p99 };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function autocannonLoad(url: string, rate: number): Promise<Seen> {
  const { latency, requests } = await autocannon({
    ...{ url, method: 'POST', body: '{}', duration: SECONDS, overallRate: rate },
    // As many as are in flight, and some more.
    connections: Math.min(rate, Math.max(10, Math.ceil(rate * 0.12))),
    ignoreCoordinatedOmission: true,
  });
  return { perSecond: requests.total / SECONDS, p50: latency.p50, p99: latency.p99 };
}

async function takeLog(url: string): Promise<number[]> {
  return (await (await fetch(url)).json()) as number[];
}

async function startServer(delaysMs: readonly number[]): Promise<{ url: string; stop(): void }> {
  const file = fileURLToPath(new URL('logging-server.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(delaysMs)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface(child.stdout!), 'line');
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.stdin!.end() };
}
