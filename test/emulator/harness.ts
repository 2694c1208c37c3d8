/** What the emulator's tests share: emulators that are stopped in the end, calls, and waiting for conditions. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/config.ts';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';

export const BOOTSTRAPS = join(import.meta.dirname, 'bootstraps');

export function options(more: Partial<EmulatorOptions> = {}): EmulatorOptions {
  return {
    functionName: 'fn',
    memoryMb: 1024,
    timeoutMs: 10_000,
    concurrency: 4,
    idleTimeoutMs: 60_000,
    bootstrap: node('echo.mjs'),
    taskRoot: BOOTSTRAPS,
    ...more,
  };
}

export function node(file: string): string[] {
  return [process.execPath, file];
}

/** A folder for slow-init.mjs, for one test. */
export function marks(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-bench-marks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For one test; a `beforeAll` calls `startEmulator` itself. */
export async function emulator(more: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const running = await startEmulator(options(more), AbortSignal.timeout(20_000));
  onTestFinished(() => running.stop());
  return running;
}

/** The body of echo.mjs's answer, as far as tests look at it. */
export interface Echo {
  readonly environment: string;
  readonly pid: number;
  readonly cold: boolean;
  readonly calls: number;
  /** What a `spinMs` was given. */
  readonly cpuMs?: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the event is.
  readonly event: any;
  readonly headers: Record<string, string>;
  readonly env: Record<string, string>;
}

/** Calls through a front door with an order for echo.mjs. */
export function post(url: string, order: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(order),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

export async function echo(url: string, order: object = {}): Promise<Echo> {
  const response = await post(url, order);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Echo;
}

export function invokeUrl({ invokeEndpoint }: Emulator, name = 'fn'): string {
  return `${invokeEndpoint}/2015-03-31/functions/${name}/invocations`;
}

/** Invoke with its log tail. */
export async function invoke(
  running: Emulator,
  order: object,
): Promise<{ body: string; error: string | null; log: string }> {
  const response = await post(invokeUrl(running), order, { 'x-amz-log-type': 'Tail' });
  const log = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString();
  return { body: await response.text(), error: response.headers.get('x-amz-function-error'), log };
}

/** Sends an HTTP request as it is written, its header's end included, and answers all that comes back until the connection closes. */
export function raw(url: string, lines: readonly string[], body = ''): Promise<string> {
  const head = [...lines, 'Host: x', 'Connection: close', '', ''].join('\r\n');
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(head + body));
    socket.setEncoding('utf8').on('data', text => {
      answer += text;
    });
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}

/** Polls until it answers something true; fails after `withinMs`. */
export async function until<T>(
  condition: () => T | Promise<T>,
  withinMs = 5_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** Of `pids`, those that run or are stopped; a zombie that nobody has collected is gone. */
export function alive(pids: readonly number[]): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=', '-p', pids.join(',')], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(row => row.trim().split(/\s+/));
  return rows.filter(([, state]) => !state!.startsWith('Z')).map(([pid]) => Number(pid));
}
