/** A load as a script for k6, and k6's output as a run: recorded outputs everywhere, k6 itself where it is installed. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { poisson } from '../../src/scenarios/schedule.ts';
import { instancesOf } from './k6-instances.ts';
import { type Logged, startLoggingFunction } from './k6-server.ts';
import { complaint, onlyRun, ROOT, recordIn, useProgram, watched } from './program.ts';

const program = useProgram();
const PICTURES = ['1x1.png', 'grey.png'].map(name => join(ROOT, 'fixtures', 'odd', name));
const RECORDED = join(ROOT, 'fixtures', 'k6');
const URL = 'https://abc.lambda-url.eu-west-1.on.aws/classify';

async function exported(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await program.run(['export', 'k6', ...args]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

async function imported(...files: string[]): Promise<{ record: RunRecord; folder: string; stdout: string }> {
  const out = await program.fresh();
  const { code, stdout, stderr } = await program.run(['import', ...files, '--out', out]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const folder = await onlyRun(out);
  return { record: await recordIn(folder), folder, stdout };
}

/** The part of the script that declares this. */
function declared(script: string, name: string) {
  const [, text = ''] = new RegExp(`^(?:export )?const ${name} = ([\\s\\S]*?);\n\n`, 'm').exec(script) ?? [];
  return JSON.parse(text);
}

describe('export k6', () => {
  it('writes a script that is JavaScript, has the schedule and the bodies that lambda sends, and no secret', async () => {
    const script = await exported(
      ...[
        ...PICTURES,
        '--url',
        'https://user:WORD@api.example.org/classify?key=SECRET',
        '--header',
        'X-Api-Key: VALUE',
      ],
      ...['--rate', '12.5', '--duration', '10s', '--max-in-flight', '7', '--connection', 'new'],
      ...['--threshold', 'lambda.warm.handlerMs.p95<900', '--threshold', 'lambda.failed<1'],
    );
    const file = join(await program.fresh(), 'load.mjs');
    await writeFile(file, script);
    await promisify(execFile)(process.execPath, ['--check', file]);
    expect(script).not.toMatch(/WORD|SECRET|VALUE/);
    expect(declared(script, 'options')).toMatchObject({
      scenarios: { load: { executor: 'constant-arrival-rate', rate: 25, timeUnit: '2s', maxVUs: 7 } },
      thresholds: { 'resnet_bench_handler_ms{start:warm}': ['p(95)<900'], resnet_bench_failed: ['count<1'] },
      noConnectionReuse: true,
    });
    expect(declared(script, 'PLAN')).toMatchObject({ rate: 12.5, planned: 125, headers: ['X-Api-Key'] });
    const bodies = declared(script, 'PICTURES').map(({ body }: { body: string }) => JSON.parse(body).image);
    expect(bodies).toEqual(PICTURES.map(path => readFileSync(path).toString('base64')));
  });

  it('takes the load of a run, and its pictures by their SHA-256', async () => {
    const cwd = await program.fresh();
    const server = await startLoggingFunction([1]);
    const load = ['--rate', '5', '--duration', '1s', '--arrivals', 'poisson', '--seed', '3', '--url', server.url];
    await program.run(['load', ...PICTURES, ...load, '--no-traces', '--no-logs', '--no-metrics'], { cwd });
    await server.close();
    const run = await onlyRun(join(cwd, 'reports'));
    const plan = declared(await exported('--run', run, '--rate', '50', ...[...PICTURES].reverse()), 'PLAN');
    expect(plan).toMatchObject({ rate: 50, durationMs: 1_000, arrivals: 'poisson', seed: 3, url: server.url });
    expect(plan.images).toEqual((await recordIn(run)).images);
    const other = await program.run(['export', 'k6', '--run', run, PICTURES[0]!]);
    expect(complaint(other)).toMatchObject({ code: 2, error: expect.stringContaining('grey.png of ') });
  });

  it.each([
    [['--rate', '5'], 'k6 calls a function by its address, and there is none'],
    [['--url', URL, '--seed', '2'], '--seed is for --arrivals poisson, and these are constant'],
    [['--url', 'ftp://x'], 'the address of the function must begin with http:// or https://, not ftp:'],
    [['--url', URL, '--threshold', 'lambda.coldShare<1%'], 'k6 cannot know coldShare'],
    [['--url', URL, '--threshold', 'local.warm.handlerMs.p50<1'], 'k6 calls lambda, not local'],
    [
      ['--url', URL, '--rate', '0.001', '--duration', '1s', '--arrivals', 'poisson'],
      'no call would leave in that time',
    ],
  ])('refuses %j', async (args, error) => {
    const refused = complaint(await program.run(['export', 'k6', PICTURES[0]!, ...args]));
    expect(refused).toMatchObject({ code: 2, error: expect.stringContaining(error) });
  });
});

/** What the function's log says against what the record does: the calls, how each ended, and that none took less time than the function itself. */
function expectSame(record: RunRecord, log: readonly Logged[]): void {
  const { samples } = record.targets[0]!;
  expect(samples.map(statusOf).sort()).toEqual(log.map(({ status }) => status).sort());
  const answered = new Map(log.filter(({ status }) => status === 200).map(({ id, ms }) => [id, ms]));
  const told = samples.filter(({ outcome }) => outcome.ok);
  expect(told.map(({ requestId }) => requestId).sort()).toEqual([...answered.keys()].sort());
  for (const sample of told) {
    // Two clocks of one machine, and a last byte that k6 may read before the function has noted it.
    expect(sample.completedMs - sample.issuedMs).toBeGreaterThan(answered.get(sample.requestId!)! - 2);
    expect(sample.timings).toMatchObject({ handlerMs: 4, inferenceMs: 2.5 });
  }
  const [first] = log;
  expect(samples.filter(({ start }) => start === 'cold').map(({ requestId }) => requestId)).toEqual([first!.id]);
}

const statusOf = ({ outcome }: Sample) => (outcome.ok ? outcome.httpStatus : outcome.error.httpStatus);
const readLog = async (name: string): Promise<Logged[]> =>
  JSON.parse(await readFile(join(RECORDED, `${name}.log.json`), 'utf8'));

describe('import', () => {
  it('makes a run of a constant load, equal to the log of the function, that every reader reads', async () => {
    const { record, folder, stdout } = await imported(join(RECORDED, 'constant.json.gz'));
    expectSame(record, await readLog('constant'));
    const { samples, info } = record.targets[0]!;
    expect(samples.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    for (const { seq, scheduledMs, issuedMs } of samples) {
      expect(scheduledMs).toBeCloseTo(seq * 50, 6);
      expect(issuedMs).toBeGreaterThanOrEqual(scheduledMs);
    }
    expect(record.run).toMatchObject({ command: 'import', scenario: 'open loop', status: 'completed' });
    expect(record.run.options).toMatchObject({ rate: 20, durationMs: 2_000, planned: 40, from: 'k6' });
    expect(info).toMatchObject({ frontDoor: 'url', connection: 'keep', memoryMb: 1024, emulated: false });
    expect(record.machine).toBeUndefined();
    expect(stdout).toContain('called from a machine that is not known');
    expect(stdout).toContain('36 succeeded, 4 throttled (429), 0 failed otherwise');
    const html = join(folder, 'report.html');
    for (const args of [
      ['report', folder, '--format', 'all'],
      ['report', folder, '--format', 'csv'],
      ['cost', folder],
    ]) {
      expect(await program.run(args)).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await readFile(html, 'utf8')).toContain('a machine that is not known');
    const poissonRun = await imported(join(RECORDED, 'poisson.json.gz'));
    const compared = await program.run(['compare', folder, poissonRun.folder]);
    expect(compared).toMatchObject({ code: 0, stderr: '' });
    expect(compared.stdout).toMatch(/^warm service +\d/m);
  });

  it('knows when each call of a Poisson schedule was due', async () => {
    const { record } = await imported(join(RECORDED, 'poisson.json.gz'));
    expectSame(record, await readLog('poisson'));
    const due = poisson(20, 7)[Symbol.iterator]();
    const samples = [...record.targets[0]!.samples].sort((a, b) => a.seq - b.seq);
    const { beganMs } = record.run;
    for (const { scheduledMs } of samples) expect(scheduledMs - beganMs!).toBeCloseTo(due.next().value!, 3);
  });

  it('says what k6 dropped, and that the rest has no due times', async () => {
    const { record, stdout } = await imported(join(RECORDED, 'dropped.json.gz'));
    expectSame(record, await readLog('dropped'));
    const dropped = record.incidents!.flatMap(incident => (incident.kind === 'dropped' ? incident.count : []));
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(12);
    expect(record.run.status).toBe('completed');
    expect(record.targets[0]!.warnings.map(({ code }) => code)).toContain('k6-dropped');
    expect(stdout).toContain('(12 calls dropped)');
  });

  it("reads another's script: times of the wire and outcomes, all else unknown, and nothing secret", async () => {
    const { record, folder } = await imported(join(RECORDED, 'other-script.ndjson'));
    const { samples, info, warnings } = record.targets[0]!;
    expect(samples).toHaveLength(6);
    expect(samples.every(({ start, predictions }) => start === 'unknown' && predictions.length === 0)).toBe(true);
    expect(samples.every(({ timings }) => timings.handlerMs === undefined && timings.firstByteMs! > 0)).toBe(true);
    expect(info.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/classify$/);
    expect(warnings.map(({ code }) => code)).toContain('k6-script');
    expect(await readFile(join(folder, 'record.json'), 'utf8')).not.toContain('SECRET');
  });

  it('of a k6 that was killed reads what is there, and calls it interrupted', async () => {
    const whole = gunzipSync(await readFile(join(RECORDED, 'constant.json.gz'))).toString();
    const file = join(await program.fresh(), 'torn.json');
    await writeFile(file, whole.slice(0, whole.length / 2));
    const { record } = await imported(file);
    const { length } = record.targets[0]!.samples;
    expect(length).toBeGreaterThan(5);
    expect(length).toBeLessThan(35);
    expect(record.run.status).toBe('interrupted');
  });

  it('of several instances takes all of their files as one run, and counts the calls that are in none', async () => {
    const folder = await program.fresh();
    const whole = join(RECORDED, 'constant.json.gz');
    const parts = await instancesOf(whole, 3, i => join(folder, `load-${i}.json.gz`));
    const { record } = await imported(...parts);
    const { targets, run } = (await imported(whole)).record;
    const bySeq = (samples: readonly Sample[]) => [...samples].sort((a, b) => a.seq - b.seq);
    expect(bySeq(record.targets[0]!.samples)).toEqual(bySeq(targets[0]!.samples));
    expect([run.status, record.run.status]).toEqual(['completed', 'completed']);

    const two = await imported(...parts.slice(0, 2));
    expect(two.record.run.status).toBe('interrupted');
    expect(two.record.targets[0]!.warnings).toContainEqual({
      code: 'k6-missing',
      message: '13 of 40 planned calls are in no file',
      advice: 'are the outputs of all instances named? Else the test was ended early',
    });
    expect(two.stdout).toContain('13 of 40 planned calls are in no file');
  });

  it.each([
    ['nothing', '', 3, 'is empty'],
    ['text', 'hello\nworld\n', 3, 'line 1, is none of k6'],
    ['another JSON', '{"a":1}\n{"a":2}\n', 3, 'line 1, is none of k6'],
    ['no request', '{"type":"Metric","data":{},"metric":"vus"}\n', 3, 'no request in it'],
  ])('refuses %s', async (_, text, code, error) => {
    const file = join(await program.fresh(), 'k6.json');
    await writeFile(file, text);
    expect(complaint(await program.run(['import', file]))).toMatchObject({
      code,
      error: expect.stringContaining(error),
    });
  });

  it('refuses two tests as one, a part without its plan, and what is not there', async () => {
    const file = join(RECORDED, 'constant.json.gz');
    const refused = async (...files: string[]) => complaint(await program.run(['import', ...files]));
    expect(await refused(file, file)).toMatchObject({ code: 2, error: expect.stringContaining('is of another test') });
    expect(await refused('nobody.json')).toMatchObject({ code: 2, error: 'no such file: nobody.json' });
    const lines = gunzipSync(await readFile(file))
      .toString()
      .split('\n');
    const part = join(await program.fresh(), 'part.json');
    await writeFile(part, lines.filter(line => !line.includes('"metric":"resnet_bench_plan"')).join('\n'));
    expect(await refused(part)).toMatchObject({
      code: 3,
      error: expect.stringContaining('the plan of the load is missing'),
    });
  });
});

/** Undefined, with the reason said, where there is none. */
function installedK6(): string | undefined {
  try {
    execFileSync('k6', ['version'], { stdio: 'ignore' });
    return 'k6';
  } catch {
    console.warn('skipped: k6 is not on the PATH');
    return undefined;
  }
}
const k6 = installedK6();

describe('k6 itself', () => {
  it.skipIf(k6 === undefined).each([
    ['constant', []],
    ['poisson', ['--arrivals', 'poisson', '--seed', '11']],
  ])('runs a %s script, and its output is what the function logged', async (_, args) => {
    const server = await startLoggingFunction([5, 20]);
    const cwd = await program.fresh();
    const load = ['--rate', '30', '--duration', '1s', '--max-in-flight', '20', ...args];
    const to = ['--front-door', 'url', '--to', join(cwd, 'load.js')];
    await program.run(['export', 'k6', ...PICTURES, '--url', server.url, ...load, ...to]);
    const command = ['run', '--quiet', '--no-usage-report', '--out', 'json=load.json.gz', 'load.js'];
    const finished = await watched(spawn(k6!, command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })).done;
    await server.close();
    expect(finished.code).toBe(0);
    expect([...server.pictures].sort()).toEqual(PICTURES.map(path => readFileSync(path).toString('base64')).sort());
    const { record } = await imported(join(cwd, 'load.json.gz'));
    expectSame(record, server.log);
    expect(record.targets[0]!.samples).toHaveLength(record.run.options.planned as number);
  });
});
