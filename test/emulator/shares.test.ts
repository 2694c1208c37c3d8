/** Shares of CPU and memory: what an environment gets, what it does not, and that nothing of it stays behind. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Shares, type SharesConfig } from '../../src/emulator/shares.ts';
import type { Emulator } from '../../src/emulator/start.ts';
import { alive, echo, emulator, invoke, post, until } from './harness.ts';

const CONFIG: SharesConfig = { memoryMb: 1024, cpuPeriodMs: 20, limits: true, initBoost: false };
const trial = Shares.open(CONFIG);
trial.close();
const { noLimits } = trial.facts;
if (noLimits) console.warn(`skipped: ${noLimits.reason}, so no environment can be limited here`);

/** Of the emulator with that process id, and what they have in them. */
function foldersOf({ pid }: Emulator): string[] {
  return trial.folders.map(folder => folder.replace(/resnet-bench-\d+-\d+$/, `resnet-bench-${pid}-${startOf(pid)}`));
}
const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[19];

/** Microseconds of CPU and of a period, as they are written for an environment now. */
function quotaOf(lambda: Emulator, id: string): string {
  const [folder] = foldersOf(lambda);
  const file = (name: string) => {
    const path = join(folder!, id, name);
    return existsSync(path) ? readFileSync(path, 'latin1').trim() : undefined;
  };
  return file('cpu.max') ?? [file('cpu.cfs_quota_us'), file('cpu.cfs_period_us')].join(' ');
}

describe.skipIf(noLimits)('where groups can be made', () => {
  it.each([
    [512, 0.289],
    [1024, 0.579],
    [1769, 1],
  ])('%i MB get %d of a core and no more', async (memoryMb, cpuShare) => {
    const lambda = await emulator({ memoryMb });
    expect(lambda).toMatchObject({ cpuShare, frozen: true, memoryBy: 'group' });
    const { cpuMs } = await echo(lambda.functionUrl, { spinMs: 2_000 });
    // From below a busy machine may give less; `npm run bench -- shares` looks at that.
    expect(cpuMs!).toBeLessThan(((1.02 * memoryMb) / 1769) * 2_000 + 2 * 20);
    expect(cpuMs!).toBeGreaterThan(100);
  });

  it('the quota is written as it is meant, and its period can be chosen', async () => {
    const lambda = await emulator({ memoryMb: 1024, cpuPeriodMs: 50 });
    await echo(lambda.functionUrl);
    const { environments } = await lambda.environments();
    expect(quotaOf(lambda, environments[0]!.id)).toBe('28943 50000');
  });

  it('memory: its peak stands in REPORT, and beyond the limit the environment is ended as AWS reports it', async () => {
    const lambda = await emulator({ memoryMb: 256 });
    const small = await invoke(lambda, { hogMb: 60 });
    const used = Number(/Max Memory Used: (\d+) MB/.exec(small.log)![1]);
    // What Node itself has mapped may have been read by others before.
    expect(used).toBeGreaterThan(60);
    expect(used).toBeLessThanOrEqual(256);
    const { body, error, log } = await invoke(lambda, { hogMb: 400 });
    expect([error, JSON.parse(body)]).toEqual([
      'Unhandled',
      {
        errorType: 'Runtime.OutOfMemory',
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/,
        ),
      },
    ]);
    expect(log).toMatch(/\tMax Memory Used: 256 MB\t.*Status: error\tError Type: Runtime\.OutOfMemory\t/);
    // The next call starts the program anew, in the same environment.
    expect((await echo(lambda.functionUrl)).cold).toBe(true);
    // A death of another kind is told from it.
    expect(JSON.parse((await invoke(lambda, { exit: 9 })).body).errorType).toBe('Runtime.ExitError');
  });

  it('initialisation has its share too, or two CPUs with --init-boost', async () => {
    const told = mkdtempSync(join(tmpdir(), 'resnet-bench-told-'));
    onTestFinished(() => rmSync(told, { recursive: true, force: true }));
    // Its init lasts until it is told to go on.
    const wait = (file: string) =>
      `while (!fs.existsSync('${file}')) await new Promise(after => setTimeout(after, 10)); import('./echo.mjs')`;
    const quotas = async (initBoost: boolean) => {
      const go = join(told, `${initBoost}`);
      const bootstrap = [process.execPath, '--input-type=module', '-e', `import fs from 'node:fs'; ${wait(go)}`];
      const lambda = await emulator({ memoryMb: 256, initBoost, bootstrap });
      const call = echo(lambda.functionUrl);
      const [{ id }] = await until(async () => {
        const { environments } = await lambda.environments();
        return environments[0]?.pid !== undefined && ([environments[0]] as const);
      });
      const inInit = quotaOf(lambda, id);
      writeFileSync(go, '');
      await call;
      const { cpuMs } = await echo(lambda.functionUrl, { spinMs: 600 });
      expect(cpuMs!).toBeLessThan(0.2 * 600);
      return [inInit, quotaOf(lambda, id)];
    };
    expect(await quotas(false)).toEqual(['2894 20000', '2894 20000']);
    expect(await quotas(true)).toEqual(['40000 20000', '2894 20000']);
  });

  it('a process that leaves its process group stays in it, and goes with it', async () => {
    const lambda = await emulator({
      bootstrap: ['/bin/sh', '-c', 'setsid sleep 611 & exec "$0" echo.mjs', process.execPath],
    });
    await echo(lambda.functionUrl);
    const { environments } = await lambda.environments();
    const [folder] = foldersOf(lambda);
    const members = readFileSync(join(folder!, environments[0]!.id, 'cgroup.procs'), 'latin1')
      .trim()
      .split('\n')
      .map(Number);
    expect(members).toHaveLength(2);
    await lambda.endIdleEnvironments();
    expect(alive(members)).toEqual([]);
  });

  it('no group is left: not of an environment that ended, not of an emulator that stopped, not after kill -9', async () => {
    const lambda = await emulator({ concurrency: 2 });
    const folders = foldersOf(lambda);
    await Promise.all([1, 2].map(() => echo(lambda.functionUrl, { sleepMs: 200 })));
    expect(folders.every(folder => existsSync(folder))).toBe(true);
    const { environments } = await lambda.environments();
    await lambda.endIdleEnvironments();
    expect(folders.flatMap(folder => environments.map(({ id }) => existsSync(join(folder, id))))).not.toContain(true);
    await lambda.stop();
    await until(() => !folders.some(folder => existsSync(folder)));

    const killed = await emulator();
    const left = foldersOf(killed);
    const { pid } = await echo(killed.functionUrl);
    process.kill(killed.pid, 'SIGKILL');
    await until(() => alive([pid]).length === 0 && !left.some(folder => existsSync(folder)), 2_000);
  });

  it('what an emulator left that could not even be cleaned up after is removed by the next', async () => {
    const lambda = await emulator();
    const left = foldersOf(lambda);
    const { pid } = await echo(lambda.functionUrl);
    process.kill(lambda.reaperPid, 'SIGSTOP');
    process.kill(lambda.pid, 'SIGKILL');
    process.kill(lambda.reaperPid, 'SIGKILL');
    await lambda.exited;
    expect(left.every(folder => existsSync(folder))).toBe(true);
    await emulator();
    await until(() => !left.some(folder => existsSync(folder)) && alive([pid]).length === 0, 2_000);
  });
});

describe('where they cannot', () => {
  it('says why, and what helps, and goes on without', async () => {
    const { facts } = Shares.open(CONFIG, { version: 2, folders: ['/nonexistent/a', '/nonexistent'] });
    expect(facts.cpuShare).toBe('unlimited');
    expect(facts.noLimits!.reason).toMatch(/^no control group can be made \(.*\/nonexistent\/a/);
    expect(facts.noLimits!.advice).toContain('systemd-run --user --scope');
  });

  it('does not limit when it is told not to', async () => {
    const lambda = await emulator({ limits: false, memoryMb: 128 });
    expect(lambda).toMatchObject({ cpuShare: 'unlimited', memoryBy: 'processes' });
    expect(lambda).not.toHaveProperty('noLimits');
    expect((await invoke(lambda, { hogMb: 200 })).error).toBeNull();
  });
});

it('v2, in a tree of plain files: what is written where', () => {
  const top = mkdtempSync(join(tmpdir(), 'resnet-bench-v2-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const own = join(top, 'app.slice', 'run.scope');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(top, 'cgroup.subtree_control'), 'cpuset cpu io memory pids\n');
  writeFileSync(join(top, 'app.slice', 'cgroup.subtree_control'), 'memory pids\n');
  writeFileSync(join(own, 'cgroup.subtree_control'), '\n');
  const shares = Shares.open(
    { ...CONFIG, initBoost: true },
    { version: 2, folders: [own, join(top, 'app.slice'), top] },
  );
  expect(shares.facts).toEqual({ cpuShare: 0.579 });
  const [base, ...others] = shares.folders;
  expect([base!.startsWith(join(top, 'resnet-bench-')), others]).toEqual([true, []]);
  expect(readFileSync(join(base!, 'cgroup.subtree_control'), 'latin1')).toBe('+cpu +memory');
  const file = (name: string) => readFileSync(join(base!, 'one', name), 'latin1');
  shares.initStarts('one');
  expect(file('cpu.max')).toBe('40000 20000');
  shares.initEnds('one');
  expect(['cpu.max', 'memory.max', 'memory.swap.max', 'memory.oom.group'].map(file)).toEqual([
    '11577 20000',
    '1073741824',
    '0',
    '1',
  ]);
  expect(shares.prelude('one')).toBe(`echo $$ > '${join(base!, 'one', 'cgroup.procs')}' || exit 126`);
  writeFileSync(join(base!, 'one', 'memory.peak'), `${200 * 1024 * 1024}\n`);
  writeFileSync(join(base!, 'one', 'memory.events'), 'low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\n');
  expect([shares.peakMb('one'), shares.oomKills('one')]).toEqual([200, 3]);
});

describe('between calls an environment stands still', () => {
  const cpuTicks = (pid: number) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return { state: fields[0], ticks: Number(fields[11]) + Number(fields[12]) };
  };

  it('it uses no CPU for five seconds, whatever it had in mind', async () => {
    const lambda = await emulator();
    const { pid } = await echo(lambda.functionUrl, { timerMs: 300 });
    const stopped = await until(() => {
      const now = cpuTicks(pid);
      return now.state === 'T' && now;
    });
    await new Promise(resolve => setTimeout(resolve, 5_000));
    expect(cpuTicks(pid)).toEqual(stopped);
    expect((await lambda.logLines()).some(({ text }) => text.startsWith('timer fired'))).toBe(false);
  });

  it('its timer fires after the thaw, and its connections live', async () => {
    const lambda = await emulator();
    const first = await echo(lambda.functionUrl, { timerMs: 200 });
    await until(() => cpuTicks(first.pid).state === 'T');
    await new Promise(resolve => setTimeout(resolve, 600));
    const thawedAt = Date.now();
    const second = await echo(lambda.functionUrl, { sleepMs: 50 });
    expect(second).toMatchObject({ pid: first.pid, calls: 2 });
    const fired = await until(async () => (await lambda.logLines()).find(({ text }) => text.startsWith('timer fired')));
    expect(Number(/\d+$/.exec(fired.text)![0])).toBeGreaterThanOrEqual(thawedAt - 1);
  });

  it('one that was made ahead stands still too, and one that is not to be frozen runs on', async () => {
    const ahead = await emulator({ proactive: 1 });
    const pid = (await ahead.environments()).environments[0]!.pid!;
    await until(() => cpuTicks(pid).state === 'T');
    expect((await echo(ahead.functionUrl)).pid).toBe(pid);
    const running = await emulator({ freeze: false });
    expect(running.frozen).toBe(false);
    const { pid: other } = await echo(running.functionUrl, { timerMs: 100 });
    await until(async () => (await running.logLines()).some(({ text }) => text.startsWith('timer fired')));
    expect(cpuTicks(other).state).not.toBe('T');
  });

  it('ends at once all the same', async () => {
    const lambda = await emulator();
    const { pid } = await echo(lambda.functionUrl);
    await until(() => cpuTicks(pid).state === 'T');
    expect(await lambda.endIdleEnvironments()).toBe(1);
    expect(alive([pid])).toEqual([]);
    expect((await post(lambda.functionUrl, { answer: 1 })).status).toBe(200);
  });
});
