/** Whole runs of `resnet-bench local`: what stands on the terminal, in the record and in the run folder. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/core/record.ts';
import { type TestModel, testModel } from '../model.ts';
import {
  type Finished,
  onlyRun,
  parseRecord,
  ROOT,
  recordIn,
  runsIn,
  sampleLines,
  smallModel,
  useProgram,
} from './program.ts';

const program = useProgram();
const FIXTURES = join(ROOT, 'fixtures');
const fixture = (name: string) => join(FIXTURES, name);
const TINY = fixture('odd/1x1.png');
const ONE_CALL = ['--iterations', '1', '--warmup', '0'];

/** A run with the small model, quiet and successful. */
async function small(...args: string[]): Promise<{ cwd: string; table: string; folder: string; record: RunRecord }> {
  const cwd = await program.fresh();
  const { code, stdout, stderr } = await program.run(['local', ...args], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const folder = await onlyRun(join(cwd, 'reports'));
  return { cwd, table: stdout, folder, record: await recordIn(folder) };
}

const samplesOf = (record: RunRecord) => record.targets[0]!.samples;

describe('on the built-in pictures, with a real model', () => {
  let model: TestModel;
  let cwd: string;
  let finished: Finished;
  let record: RunRecord;
  let folder: string;
  beforeAll(async () => {
    model = await testModel();
    cwd = await program.fresh();
    finished = await program.run(['local', '--model', model.file, '--iterations', '7', '--warmup', '2'], { cwd });
    folder = await onlyRun(join(cwd, 'reports'));
    record = await recordIn(folder);
  });

  it('ends well and says nothing on stderr, as it is no terminal', () => {
    expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('shows predictions, stages, the cold call, the folder and what next', async () => {
    const { stdout } = finished;
    const { name, precision, weights } = model.info;
    expect(stdout).toMatch(/^(\S+), [\w() ]+, (trained|synthetic) · \d+ threads? · torchvision preprocessing · /);
    expect(stdout.startsWith(`${name}, ${precision}, ${weights} · `)).toBe(true);
    for (const picture of await readdir(fixture('images'))) {
      expect(stdout).toMatch(new RegExp(`^${picture} .* \\d+\\.\\d %`, 'm'));
    }
    expect(stdout).toMatch(
      /^7 warm calls \(after 2 to warm up\)\nms +p50 \[95 % CI\] +p90 +p95 +p99 +mean +min +max$/m,
    );
    for (const stage of ['preprocess', 'inference', 'postprocess', 'handler']) {
      // Seven calls have a median and no p90.
      expect(stdout).toMatch(new RegExp(`^${stage} +[\\d.]+ \\[.*\\] +- +- +- +[\\d.]+ +[\\d.]+ +[\\d.]+$`, 'm'));
    }
    expect(stdout).toMatch(
      /^1 cold call: model and session [\d.]+ ms, first answer [\d.]+ ms · memory \d+ -> \d+ MB, peak \d+ MB$/m,
    );
    expect(stdout).toContain(`record  ${join('reports', basename(folder))}\n`);
    expect(stdout).toMatch(/^next {4}(.*:\n {10}resnet-bench .*\n {8}){1,2}.*:\n {10}resnet-bench report /m);
  });

  it('has one cold call, the warm-up and the iterations, in issue order', () => {
    const samples = samplesOf(record);
    expect(samples.map(({ seq }) => seq)).toEqual([...Array(10).keys()]);
    expect(samples.map(({ start }) => start)).toEqual(['cold', ...Array(9).fill('warm')]);
    expect(samples.map(({ phase }) => phase)).toEqual(['measured', 'warmup', 'warmup', ...Array(7).fill('measured')]);
    const names = record.images.map(({ name }) => name);
    expect(samples.map(({ image }) => image)).toEqual([...names, ...names]);
    const { summary } = record.targets[0]!;
    expect(summary.failed).toEqual({});
    expect(Object.keys(summary).sort()).toEqual(['cold', 'failed', 'warm']);
    expect([summary.cold?.handlerMs?.count, summary.warm?.handlerMs?.count]).toEqual([1, 7]);
    expect(summary.warm?.initMs).toBeUndefined();
  });

  it('has times that add up and memory and CPU in every sample', () => {
    let last = 0;
    for (const { timings, memory, cpu, scheduledMs, issuedMs, completedMs, predictions, ...sample } of samplesOf(
      record,
    )) {
      expect(last).toBeLessThanOrEqual(scheduledMs);
      expect(scheduledMs).toBeLessThanOrEqual(issuedMs);
      last = completedMs;
      const { preprocessMs = NaN, inferenceMs = NaN, postprocessMs = NaN, handlerMs = NaN, initMs } = timings;
      for (const ms of [preprocessMs, inferenceMs, postprocessMs]) expect(ms).toBeGreaterThan(0);
      expect(preprocessMs + inferenceMs + postprocessMs).toBeLessThanOrEqual(handlerMs + 1e-3);
      expect(handlerMs).toBeLessThanOrEqual(completedMs - issuedMs + 1e-3);
      expect(initMs === undefined).toBe(sample.start !== 'cold');
      expect(memory.usedMb).toBeGreaterThan(20);
      expect(memory.peakRssMb).toBeGreaterThanOrEqual(memory.usedMb!);
      expect(cpu!.userMs + cpu!.systemMs).toBeGreaterThan(0);
      expect(sample.outcome).toEqual({ ok: true });
      expect(predictions).toHaveLength(5);
      const probabilities = predictions.map(({ probability }) => probability);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    }
  });

  it('says what was measured, with what, and where', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(record.tool).toEqual({ name: 'resnet-bench', version });
    const { startedAt, endedAt = '', ...run } = record.run;
    expect(run).toMatchObject({
      id: basename(folder),
      command: 'local',
      scenario: 'closed loop',
      status: 'completed',
      stoppedBy: 'iterations',
      options: { iterations: 7, warmup: 2, model: model.file, preprocess: 'torchvision' },
    });
    expect(run.options.images).toEqual(await readdir(fixture('images')));
    expect(Date.parse(startedAt)).toBeLessThan(Date.parse(endedAt));

    const { info } = record.targets[0]!;
    expect(info).toMatchObject({
      model: model.info,
      threads: run.options.threads,
      preprocess: 'torchvision',
      emulated: false,
    });
    expect(info.startRssMb).toBeLessThan(info.loadedRssMb!);

    expect(record.machine).toMatchObject({
      node: process.versions.node,
      arch: process.arch,
      sharp: sharp.versions.sharp,
    });
    expect(record.machine?.onnxruntime).toMatch(/^\d+\.\d+/);

    for (const { name, sha256, bytes, width, height, format } of record.images) {
      const content = await readFile(fixture(`images/${name}`));
      const meta = await sharp(content).metadata();
      const hash = createHash('sha256').update(content).digest('hex');
      expect([sha256, bytes, width, height, format]).toEqual([
        hash,
        content.length,
        meta.width,
        meta.height,
        meta.format,
      ]);
    }
  });

  it('keeps the samples beside the record, and nothing else', async () => {
    expect((await readdir(folder)).sort()).toEqual(['record.json', 'samples.ndjson']);
    const lines = (await sampleLines(folder)).map(line => JSON.parse(line));
    expect(lines).toEqual(samplesOf(record).map(sample => ({ target: 'local', sample })));
  });

  it('--json prints the record and nothing else, which is the file and fits the published schema', async () => {
    const { code, stdout, stderr } = await program.run(
      ['local', '--model', model.file, '--json', ...ONE_CALL, fixture('odd/baseline.jpg')],
      { cwd: await mkdir(join(cwd, 'json'), { recursive: true }).then(() => join(cwd, 'json')) },
    );
    // Warnings are no part of the record that is printed, but must be seen.
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^(warning: .*\n)*$/) });
    const written = await readFile(join(await onlyRun(join(cwd, 'json', 'reports')), 'record.json'), 'utf8');
    expect(stdout).toBe(written);

    const validate = new Ajv2020({ allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } }).compile(
      JSON.parse(await readFile(join(ROOT, 'docs', 'record.schema.json'), 'utf8')),
    );
    for (const json of [stdout, await readFile(join(folder, 'record.json'), 'utf8')]) {
      validate(JSON.parse(json));
      expect(validate.errors ?? []).toEqual([]);
      // And our own reader finds all of it.
      expect(parseRecord(json)).toEqual(JSON.parse(json));
    }
    const wrong = JSON.parse(stdout);
    wrong.targets[0].samples[0].start = 'tepid';
    expect(validate(wrong)).toBe(false);
  });
});

describe('pictures', () => {
  it('good ones and broken ones: failures are named and counted, the others go on', async () => {
    const broken = (await readdir(fixture('broken'))).map(name => fixture(`broken/${name}`));
    const good = ['odd/cmyk.jpg', 'odd/1x5000.png', 'odd/wrong-extension.png'].map(fixture);
    const { table, record } = await small(...broken, ...good, '--iterations', '15', '--warmup', '3');
    const samples = samplesOf(record);
    const warnings = record.targets[0]!.warnings;
    for (const path of broken) {
      const name = basename(path);
      const asked = samples.filter(({ image }) => image === name);
      expect(asked.length).toBeGreaterThan(1);
      for (const { outcome, predictions, timings } of asked) {
        const kind = name === 'bomb.png' ? 'image-too-large' : 'undecodable-image';
        expect(outcome).toMatchObject({ ok: false, error: { kind, message: expect.stringMatching(/./) } });
        expect({ predictions, timings }).toEqual({ predictions: [], timings: {} });
      }
      expect(table).toContain(`failed  ${name}: ${asked.length} of ${asked.length} failed (`);
    }
    for (const path of good) {
      const asked = samples.filter(({ image }) => image === basename(path));
      expect(asked.every(({ outcome, predictions }) => outcome.ok && predictions.length === 5)).toBe(true);
    }
    const failed = samples.filter(({ outcome }) => !outcome.ok).length;
    const { 'image-too-large': tooLarge = 0, 'undecodable-image': undecodable = 0 } = record.targets[0]!.summary.failed;
    expect(tooLarge + undecodable).toBe(failed);
    // On a busy machine slow calls are warned of as well.
    expect(warnings.map(({ code }) => code)).toContain('failed-queries');
    expect(table).toContain(`warning  ${failed} calls failed`);
    expect(samples.filter(({ start }) => start === 'cold')).toHaveLength(1);
    // What no header tells is left out, not made up.
    const empty = record.images.find(({ name }) => name === 'empty.jpg');
    expect(empty).toEqual({ name: 'empty.jpg', sha256: expect.any(String), bytes: 0 });
    expect(record.images.find(({ name }) => name === 'bomb.png')).toMatchObject({ width: 60_000, height: 60_000 });
    expect(record.images.find(({ name }) => name === 'wrong-extension.png')).toMatchObject({ format: 'jpeg' });
  });

  it('a bomb is refused without allocating it', async () => {
    const { record } = await small(fixture('broken/bomb.png'), TINY, '--iterations', '6');
    const { info, samples } = record.targets[0]!;
    const peak = Math.max(...samples.map(({ memory }) => memory.peakRssMb ?? 0));
    // Its pixels are 10,800 MB.
    expect(peak - info.loadedRssMb!).toBeLessThan(200);
  });

  it('only broken ones: exit 4, with a report and a record', async () => {
    const cwd = await program.fresh();
    const { code, stdout } = await program.run(
      ['local', fixture('broken/text.jpg'), fixture('broken/empty.jpg'), '--iterations', '3'],
      { cwd },
    );
    expect(code).toBe(4);
    expect(stdout).toContain('failed  text.jpg: 2 of 2 failed (undecodable-image)');
    const folder = await onlyRun(join(cwd, 'reports'));
    const record = await recordIn(folder);
    expect(record.run.status).toBe('completed');
    expect(record.targets[0]!.summary).toEqual({ failed: { 'undecodable-image': 3 } });
    expect((await program.run(['report', folder])).code).toBe(0);
    const asJson = await program.run(['local', fixture('broken/text.jpg'), ...ONE_CALL, '--json']);
    expect(asJson.code).toBe(4);
    expect(parseRecord(asJson.stdout).targets[0]!.samples).toHaveLength(1);
  });

  it('the same one twice, and others of the same name: every name is another', async () => {
    const cwd = await program.fresh();
    for (const folder of ['a', 'b']) {
      await mkdir(join(cwd, folder));
      await copyFile(TINY, join(cwd, folder, 'x.png'));
    }
    await copyFile(TINY, join(cwd, 'y.png'));
    await copyFile(TINY, join(cwd, 'y.png (2)'));
    const args = ['a/x.png', 'b/x.png', 'a/x.png', './y.png'];
    const first = await program.run(['local', ...args, ...ONE_CALL, '--json'], { cwd });
    const names = parseRecord(first.stdout).images.map(({ name }) => name);
    expect(names).toEqual(['a/x.png', 'b/x.png', 'a/x.png (2)', 'y.png']);
    const second = await program.run(['local', 'y.png', 'y.png', 'y.png (2)', ...ONE_CALL, '--json'], { cwd });
    expect(new Set(parseRecord(second.stdout).images.map(({ name }) => name)).size).toBe(3);
  });

  it('with odd names; the commands to try next are right for a shell', async () => {
    const cwd = await program.fresh();
    const names = [
      'with space.png',
      'line\u2028separator.png',
      'ünïcode 猫.png',
      '-dash.png',
      `quo'te".png`,
      '$(touch gone).png',
      '~tilde*.png',
    ];
    for (const name of names) await copyFile(TINY, join(cwd, name));
    const { code, stdout, stderr } = await program.run(['local', ...ONE_CALL, '--', ...names], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [record] = await Promise.all((await runsIn(join(cwd, 'reports'))).map(recordIn));
    expect(record!.images.map(({ name }) => name)).toEqual(names);

    const next = /^next {4}.*:\n {10}(resnet-bench [^\n]*)\n/m.exec(stdout)?.[1] ?? '';
    expect(next).toMatch(/^resnet-bench lambda -- /);
    await rm(join(cwd, 'reports'), { recursive: true });
    const env = { RESNET_BENCH_ITERATIONS: '1', RESNET_BENCH_WARMUP: '0' };
    const again = await program.shell(next, { cwd, env });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const repeated = await recordIn(await onlyRun(join(cwd, 'reports')));
    expect(repeated.images).toEqual(record!.images);
    expect(await readdir(cwd)).not.toContain('gone');
  });
});

describe('limits', () => {
  it('--duration alone ends by time', async () => {
    const { record, table } = await small(TINY, '--duration', '400ms');
    expect(record.run).toMatchObject({ status: 'completed', stoppedBy: 'duration', options: { durationMs: 400 } });
    expect(record.run.options).not.toHaveProperty('iterations');
    expect(table).toMatch(/^ended by its duration$/m);
    const samples = samplesOf(record);
    const [first, last] = [samples[0]!, samples.at(-1)!];
    expect(last.scheduledMs - first.scheduledMs).toBeLessThan(400);
    expect(last.completedMs - first.scheduledMs).toBeGreaterThan(200);
  });

  it.each([
    ['1h', '2', 'iterations'],
    ['150ms', '1000000', 'duration'],
  ])('--duration %s and --iterations %s end by %s', async (duration, iterations, stoppedBy) => {
    const { record } = await small(TINY, '--duration', duration, '--iterations', iterations);
    expect(record.run).toMatchObject({ stoppedBy, options: { iterations: Number(iterations) } });
    if (stoppedBy === 'iterations') expect(samplesOf(record)).toHaveLength(1 + 3 + 2);
  });

  it('--iterations through the environment counts as given, with --duration too', async () => {
    const cwd = await program.fresh();
    const env = { RESNET_BENCH_ITERATIONS: '2' };
    const { stdout } = await program.run(['local', TINY, '--duration', '1h', '--warmup', '0', '--json'], { cwd, env });
    expect(parseRecord(stdout).targets[0]!.samples).toHaveLength(3);
  });

  it('defaults: 100 calls after 3 to warm up, on all processors', async () => {
    const { record, table } = await small(TINY);
    expect(samplesOf(record)).toHaveLength(1 + 3 + 100);
    expect(table).toMatch(/^100 warm calls \(after 3 to warm up\)$/m);
    expect(record.run.options).toMatchObject({ iterations: 100, warmup: 3, threads: record.targets[0]!.info.threads });
  });
});

describe('options', () => {
  it('--threads 1 and --preprocess fast are recorded and shown', async () => {
    const { record, table } = await small(TINY, ...ONE_CALL, '--threads', '1', '--preprocess', 'fast');
    expect(record.run.options).toMatchObject({ threads: 1, preprocess: 'fast', iterations: 1, warmup: 0 });
    expect(record.targets[0]!.info).toMatchObject({ threads: 1, preprocess: 'fast' });
    expect(table).toContain(' · 1 thread · fast preprocessing · ');
  });

  it('--out is made, however deep', async () => {
    const cwd = await program.fresh();
    const { code, stdout } = await program.run(['local', TINY, ...ONE_CALL, '--out', 'a/b/c'], { cwd });
    expect(code).toBe(0);
    const folder = await onlyRun(join(cwd, 'a/b/c'));
    expect(stdout).toContain(`record  ${join('a/b/c', basename(folder))}\n`);
    const report = /(resnet-bench report .*?) {3}/.exec(stdout)?.[1] ?? '';
    expect(await program.shell(report, { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  it('four runs at once in one folder get folders of their own', async () => {
    const out = await program.fresh();
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => program.run(['local', TINY, ...ONE_CALL, '--out', out])),
    );
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(4).fill({ code: 0, stderr: '' }));
    const folders = await runsIn(out);
    expect(folders).toHaveLength(4);
    for (const folder of folders) {
      const { run, targets } = await recordIn(folder);
      expect([run.id, run.status, targets[0]!.samples.length]).toEqual([basename(folder), 'completed', 2]);
    }
  });
});

describe('the synthetic model', () => {
  const WARNING = /warning {2}\S+ has made-up weights: times are real, LABELS ARE NOT/;

  it('is said on the terminal and in the record', async () => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'made-up.onnx'), smallModel({ synthetic: true }));
    const { code, stdout } = await program.run(['local', TINY, ...ONE_CALL, '--model', 'made-up.onnx'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^made-up, float32, synthetic · /);
    expect(stdout).toMatch(WARNING);
    const { targets } = await recordIn(await onlyRun(join(cwd, 'reports')));
    expect(targets[0]!.info.model).toMatchObject({ name: 'made-up', weights: 'synthetic' });
    expect(targets[0]!.warnings).toEqual([expect.objectContaining({ code: 'synthetic-weights' })]);
  });

  it('is made when there is no model and no network', async () => {
    const cwd = await program.fresh();
    const env = { RESNET_BENCH_MODEL: undefined, RESNET_BENCH_MODELS_DIR: join(cwd, 'models') };
    const { code, stdout, stderr } = await program.run(['local', TINY, ...ONE_CALL], { cwd, env });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^no model here, and none to be had: making a synthetic one \(cannot download resnet50-v1-12\.onnx: .*\)\n$/,
    );
    expect(stdout).toMatch(WARNING);
    expect(stdout).toContain('resnet-bench model pull');
    expect(await readdir(join(cwd, 'models'))).toEqual(['resnet50-synthetic.onnx']);
    await rm(join(cwd, 'models'), { recursive: true });
  });
});
