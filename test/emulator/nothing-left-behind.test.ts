import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { environmentListSchema } from '../../src/emulator/control-answer.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { alive, echo, node, options, post, until } from './harness.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const children: ChildProcess[] = [];

interface Family {
  readonly parent: ChildProcess;
  readonly emulatorPid: number;
  readonly idle: number;
  readonly busy: number;
  /** Emulator, reaper, environments. */
  readonly pids: number[];
}

/** A parent with an emulator that has one idle environment and one busy one. */
async function family(): Promise<Family> {
  const config = JSON.stringify(options({ timeoutMs: 600_000, proactive: 2 }));
  const parent = spawn(process.execPath, ['--import', TSX, join(import.meta.dirname, 'parent.ts'), config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(parent);
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  const { functionUrl, invokeEndpoint, pid, reaperPid } = JSON.parse(line.toString());
  await echo(functionUrl);
  post(functionUrl, { sleepMs: 600_000 }).catch(() => {});
  const list = await until(async () => {
    const answer = await fetch(`${invokeEndpoint}/_emulator/environments`);
    const { environments } = environmentListSchema.parse(await answer.json());
    return environments.some(({ state }) => state === 'busy') ? environments : undefined;
  });
  const [idle, busy] = ['idle', 'busy'].map(state => list.find(environment => environment.state === state)!.pid!);
  return { parent, emulatorPid: pid, idle: idle!, busy: busy!, pids: [pid, reaperPid, idle!, busy!] };
}

async function gone(pids: number[]): Promise<void> {
  const deadline = performance.now() + 2_000;
  await until(() => alive(pids).length === 0 || performance.now() > deadline, 3_000);
  expect(alive(pids)).toEqual([]);
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('within two seconds nothing is left', () => {
  it('when the parent is killed with -9, one environment idle and one busy', async () => {
    const { parent, pids } = await family();
    expect(alive(pids)).toHaveLength(4);
    parent.kill('SIGKILL');
    await gone(pids);
  });

  it('when the emulator is killed with -9, its environments stopped by SIGSTOP', async () => {
    const { emulatorPid, idle, busy, pids } = await family();
    process.kill(-idle, 'SIGSTOP');
    process.kill(-busy, 'SIGSTOP');
    process.kill(emulatorPid, 'SIGKILL');
    await gone(pids);
  });

  it('when the parent is killed with -9 while the environments are stopped', async () => {
    const { parent, idle, busy, pids } = await family();
    process.kill(-idle, 'SIGSTOP');
    process.kill(-busy, 'SIGSTOP');
    parent.kill('SIGKILL');
    await gone(pids);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('when the emulator gets %s', async signal => {
    const { emulatorPid, pids } = await family();
    process.kill(emulatorPid, signal);
    await gone(pids);
  });

  it('when the parent stops it', async () => {
    const { parent, pids } = await family();
    parent.kill('SIGTERM');
    await gone(pids);
  });

  it('when the reaper is killed: without it nothing runs', async () => {
    const { pids } = await family();
    process.kill(pids[1]!, 'SIGKILL');
    await gone(pids);
  });
});

it('knows an environment from its first moment: killed with -9 while calls make new ones, it leaves none', async () => {
  const mark = `mark-${process.pid}-${Date.now()}`;
  for (const delayMs of [0, 5, 10, 20]) {
    const lambda = await startEmulator(
      options({ concurrency: 8, bootstrap: [...node('echo.mjs'), mark] }),
      AbortSignal.timeout(20_000),
    );
    for (let i = 0; i < 4; i += 1) post(lambda.functionUrl, { sleepMs: 60_000 }).catch(() => {});
    await new Promise(resolve => setTimeout(resolve, delayMs));
    process.kill(lambda.pid, 'SIGKILL');
    await lambda.exited;
    await until(() => processesWith(mark).length === 0, 2_000);
    await until(() => alive([lambda.reaperPid]).length === 0, 2_000);
  }
});

function processesWith(word: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter(row => row.includes(word) && !row.startsWith('Z'));
}

it('is in no group that Ctrl-C on the terminal reaches', async () => {
  const { parent, emulatorPid, pids } = await family();
  const groups = pids.map(pid => processGroup(pid));
  expect(groups).not.toContain(processGroup(parent.pid!));
  expect(new Set(groups).size).toBe(pids.length);
  expect(processGroup(emulatorPid)).toBe(emulatorPid);
});

function processGroup(pid: number): number {
  return Number(spawnSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
}
