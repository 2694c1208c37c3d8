/** What a run is judged by, through the program: thresholds and their exit code, the step summary, costs, comparisons, and reports as files. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { complaint, onlyRun, ROOT, recordIn, runsIn, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', 'baseline.jpg');

let cwd: string;
let lambda: string;
let runs: string[];
beforeAll(async () => {
  cwd = await program.fresh();
  const args = ['lambda', PICTURE, '--target', 'local,lambda', '--iterations', '60'];
  expect((await program.run(args, { cwd })).code).toBe(0);
  lambda = basename(await onlyRun(join(cwd, 'reports')));
  for (let i = 0; i < 2; i++) {
    expect((await program.run(['local', PICTURE, '--iterations', '60'], { cwd })).code).toBe(0);
  }
  runs = (await runsIn(join(cwd, 'reports'))).map(folder => basename(folder)).filter(id => id !== lambda);
  for (const id of [lambda, ...runs]) await withIndependentTimes(join(cwd, 'reports', id, 'record.json'));
});

/** On a busy machine calls resemble their neighbours so much that they may decide nothing, which is right and not what is tested here. */
async function withIndependentTimes(file: string): Promise<void> {
  const record = JSON.parse(await readFile(file, 'utf8'));
  const random = seededRandom(record.run.id.length + record.targets.length);
  for (const { samples } of record.targets) {
    for (const sample of samples) sample.completedMs = sample.issuedMs + 50 + 10 * random();
  }
  await writeFile(file, JSON.stringify(record));
}

describe('thresholds', () => {
  it('of a run: a table of what held, exit 4 where one did not, and why; the record knows them', async () => {
    const own = await program.fresh();
    const { code, stdout, stderr } = await program.run(
      [
        'local',
        PICTURE,
        '--iterations',
        '12',
        '--threshold',
        'local.warm.serviceMs.p90<60000',
        '--threshold',
        'local.warm.serviceMs.p95<60000',
      ],
      { cwd: own },
    );
    expect(code).toBe(4);
    expect(stdout).toMatch(/^local\.warm\.serviceMs\.p90<60000 +[\d.]+ +yes$/m);
    expect(stdout).toMatch(
      /^local\.warm\.serviceMs\.p95<60000 +unknown +NO +12 calls do not support a p95: it takes 20$/m,
    );
    expect(stderr).toContain('error: 1 of 2 thresholds missed: local.warm.serviceMs.p95<60000\n');
    const { run } = await recordIn(await onlyRun(join(own, 'reports')));
    expect(run.options.thresholds).toEqual(['local.warm.serviceMs.p90<60000', 'local.warm.serviceMs.p95<60000']);
  });

  it('with --json go to stderr, so that stdout is the record alone', async () => {
    const { code, stdout, stderr } = await program.run(
      ['local', PICTURE, '--iterations', '2', '--json', '--threshold', 'local.failed<1'],
      { cwd: await program.fresh() },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).run.status).toBe('completed');
    expect(stderr).toMatch(/^local\.failed<1 +0 +yes$/m);
  });

  it('of a report, by the environment too', async () => {
    const missed = await program.run(['report', lambda, '--threshold', 'lambda.warm.serviceMs.p50<0.001'], { cwd });
    expect(missed.code).toBe(4);
    const held = await program.run(['report', lambda], { cwd, env: { RESNET_BENCH_THRESHOLD: 'lambda.failed<1' } });
    expect(held).toMatchObject({ code: 0, stdout: expect.stringMatching(/^lambda\.failed<1 +0 +yes$/m) });
  });

  it.each(['lambda.warm.serviceMs.p95', 'lambda.warm.serviceMs.p42<5', 'nonsense<5'])(
    'refuses %j before anything is measured',
    async text => {
      const own = await program.fresh();
      const told = complaint(await program.run(['local', PICTURE, '--threshold', text], { cwd: own }));
      expect(told).toMatchObject({ code: 2, error: expect.stringContaining(`got "${text}"`) });
      expect(await readdir(own)).toEqual([]);
    },
  );

  it.each([
    ['lambda.failed<1', 'is of lambda, which this run does not measure'],
    ['local.warm.infrenceMs.p50<1', 'knows no time "infrenceMs"'],
    ['regression<5%', 'is of two runs, and this makes one'],
  ])('refuses %j, which no such run can keep, before anything is measured', async (text, why) => {
    const own = await program.fresh();
    const told = complaint(await program.run(['local', PICTURE, '--threshold', text], { cwd: own }));
    expect(told).toMatchObject({ code: 2, error: expect.stringContaining(why) });
    expect(await readdir(own)).toEqual([]);
  });

  it('append to the step summary of a GitHub workflow when asked', async () => {
    const file = join(await program.fresh(), 'summary.md');
    const env = { GITHUB_STEP_SUMMARY: file };
    await writeFile(file, 'before\n');
    const args = ['report', lambda, '--threshold', 'lambda.failed<1', '--github-summary'];
    expect((await program.run(args, { cwd, env })).code).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^before\n## resnet-bench lambda: /);
    expect(text).toMatch(/### Thresholds\n\n\| threshold +\| measured \| held \|/);
    const told = complaint(await program.run(['report', lambda, '--github-summary'], { cwd }));
    expect(told).toMatchObject({ code: 2, error: expect.stringContaining('GITHUB_STEP_SUMMARY') });
  });
});

describe('compare', () => {
  it('two runs, by id, in every format', async () => {
    const [one, two] = runs as [string, string];
    const { code, stdout, stderr } = await program.run(['compare', one, two], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(these two runs|NOT LIKE)/);
    expect(stdout).toMatch(
      /^warm service \* +[\d.]+ \[[\d., ]+\] +[\d.]+ \[[\d., ]+\] +[\d.]+x \[[\d., ]+\] +(faster|slower|no difference seen)/m,
    );
    const markdown = await program.run(['compare', one, two, '--format', 'md'], { cwd });
    expect(markdown.stdout).toMatch(/^## .* against .*\n\n\*\*these two runs: /);
    const json = await program.run(['compare', one, two, '--format', 'json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject([
      { baseline: { runs: [one] }, other: { runs: [two] }, headline: 'local.warm.serviceMs', mismatches: [] },
    ]);
  });

  it('sets several against the baseline, and gates them', async () => {
    const [one, two] = runs as [string, string];
    const args = ['compare', one, lambda, two, '--baseline', two, '--threshold', 'regression<10000%'];
    const { code, stdout } = await program.run(args, { cwd });
    expect(code).toBe(0);
    expect(stdout.match(/regression<10000% .* yes/g)).toHaveLength(2);
    expect(stdout).toMatch(/^\S+-lambda: regression<10000% /m);
    const missed = await program.run(['compare', one, two, '--threshold', 'local.cold.serviceMs.regression<5%'], {
      cwd,
    });
    expect(missed).toMatchObject({ code: 4, stdout: expect.stringContaining('too few samples to tell a regression') });
  });

  it('takes repeats with commas', async () => {
    const [one, two] = runs as [string, string];
    const { code, stdout } = await program.run(['compare', `${one},${two}`, lambda], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(`${one},${two}`);
  });

  it.each([
    [() => [runs[0]!], 'it takes two runs'],
    [() => [runs[0]!, runs[0]!], 'again'],
    [() => [runs[0]!, 'nothing'], 'no such run: nothing'],
  ])('refuses what cannot be compared: %#', async (args, error) => {
    const told = complaint(await program.run(['compare', ...args()], { cwd }));
    expect(told).toMatchObject({ code: 2, error: expect.stringContaining(error) });
  });
});

describe('cost', () => {
  it('of the emulator’s billed times, with a recommendation', async () => {
    const { code, stdout } = await program.run(['cost', lambda, '--traffic', '100/day'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lambda +warm +60 +1024 /m);
    expect(stdout).toMatch(/^Fargate x86, 1 vCPU, 2 GB +36\.04 /m);
    expect(stdout).toContain('an estimate at the prices of 2026-11-23 in us-east-1, not a bill');
    expect(stdout).toMatch(/^for 100\/day: lambda costs less /m);
    const json = JSON.parse((await program.run(['cost', lambda, '--format', 'json'], { cwd })).stdout);
    const record = await recordIn(join(cwd, 'reports', lambda));
    const billed = record.targets[1]!.samples.filter(
      ({ start, phase }) => start === 'warm' && phase === 'measured',
    ).map(({ timings }) => timings.billedMs!);
    expect(json.targets[0].starts[0].billedMs.mean).toBeCloseTo(
      billed.reduce((sum, ms) => sum + ms, 0) / billed.length,
      9,
    );
  });

  it('by prices of one’s own, which the figures name', async () => {
    const shown = await program.run(['cost', '--show-prices'], { cwd });
    const prices = JSON.parse(shown.stdout);
    const file = join(cwd, 'prices.json');
    await writeFile(
      file,
      JSON.stringify({
        ...prices,
        asOf: '2030-01-01',
        region: 'eu-west-1',
        servers: [{ ...prices.servers[0], name: 'mine', hourUsd: 1 }],
      }),
    );
    const { stdout } = await program.run(['cost', lambda, '--prices', file], { cwd });
    expect(stdout).toContain('prices of 2030-01-01 in eu-west-1');
    expect(stdout).toMatch(/^mine +730\.00 /m);
    await writeFile(file, JSON.stringify({ ...prices, lambda: {} }));
    const told = complaint(await program.run(['cost', lambda, '--prices', file], { cwd }));
    expect(told).toMatchObject({ code: 2, error: expect.stringContaining('is no price list: lambda') });
  });

  it('of a run without a function is none, and says so', async () => {
    const { code, stdout } = await program.run(['cost', runs[0]!], { cwd });
    expect({ code, none: stdout.includes('called no function') }).toEqual({ code: 0, none: true });
  });

  it.each(['0/s', 'often'])('refuses the traffic %j', async text => {
    expect(complaint(await program.run(['cost', '--traffic', text], { cwd }))).toMatchObject({
      code: 2,
      error: expect.stringContaining(`got "${text}"`),
    });
  });
});

describe('a report as files', () => {
  it('html goes into the run’s folder, whole, and says where', async () => {
    const { code, stdout } = await program.run(['report', lambda, '--format', 'html'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join('reports', lambda, 'report.html')}\n` });
    const text = await readFile(join(cwd, 'reports', lambda, 'report.html'), 'utf8');
    expect(text).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
    expect(existsSync(join(cwd, 'reports', lambda, 'report.html.part'))).toBe(false);
  });

  it('all: html, md and csv; --to puts them elsewhere', async () => {
    const { code } = await program.run(['report', lambda, '--format', 'all', '--to', 'shown'], { cwd });
    expect(code).toBe(0);
    expect((await readdir(join(cwd, 'shown'))).sort()).toEqual(['report.html', 'report.md', 'samples.csv']);
    expect((await program.run(['report', lambda, '--format', 'md', '--to', 'x/y.md'], { cwd })).code).toBe(0);
    expect(await readFile(join(cwd, 'x', 'y.md'), 'utf8')).toMatch(/^## resnet-bench lambda/);
  });

  it('that cannot be written is an error with its reason', async () => {
    const told = complaint(
      await program.run(['report', lambda, '--format', 'html', '--to', 'no/such/x.html'], { cwd }),
    );
    expect(told).toMatchObject({ code: 3, error: expect.stringContaining('no/such/x.html cannot be written') });
  });
});
