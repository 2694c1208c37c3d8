/** Ctrl-C, SIGTERM and kill -9 on real runs: what was measured stays, and can be read. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sampleLineSchema } from '../../src/core/record.ts';
import { testModel } from '../model.ts';
import { serve, startMirror } from '../models/mirror.ts';
import {
  complaint,
  onlyRun,
  parseRecord,
  ROOT,
  recordIn,
  runWithSamples,
  sampleLines,
  until,
  useProgram,
} from './program.ts';

const program = useProgram();
const TINY = join(ROOT, 'fixtures', 'odd', '1x1.png');
/** Ends only by what the test does. */
const ENDLESS = ['local', TINY, '--iterations', '1000000000'];

/** The samples in the record that `report` makes of a run. */
async function reported(folder: string) {
  const { code, stdout, stderr } = await program.run(['report', folder, '--format', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parseRecord(stdout);
}

const samplesOn = async (folder: string) =>
  (await sampleLines(folder)).map(line => sampleLineSchema.parse(JSON.parse(line)).sample);

/** What holds of every run that a signal has ended in good order. */
async function expectWholeInterruptedRun(folder: string, atLeast: number) {
  const record = await recordIn(folder);
  expect(record.run).toMatchObject({ status: 'interrupted', stoppedBy: 'signal', endedAt: expect.any(String) });
  const { samples, summary } = record.targets[0]!;
  expect(samples.length).toBeGreaterThanOrEqual(atLeast);
  expect(samples).toEqual(await samplesOn(folder));
  expect(samples.map(({ seq }) => seq)).toEqual(samples.map((_, i) => i));
  expect(summary.warm?.handlerMs?.count ?? 0).toBe(
    samples.filter(({ start, phase }) => start === 'warm' && phase === 'measured').length,
  );
  expect((await readdir(folder)).sort()).toEqual(['record.json', 'samples.ndjson']);
  expect(await reported(folder)).toEqual(record);
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, exitCode) => {
  it('once: the run ends with all it has measured', async () => {
    const out = await program.fresh();
    const running = await program.start([...ENDLESS, '--out', out]);
    const folder = await runWithSamples(out, 30);
    const before = (await sampleLines(folder)).length;
    running.child.kill(signal);
    const { code, signal: killedBy, stdout, stderr } = await running.done;
    expect({ code, killedBy, stderr }).toEqual({ code: exitCode, killedBy: null, stderr: '' });
    expect(stdout).toMatch(/^this run was interrupted: what it had measured by then$/m);
    expect(stdout).toContain(basename(folder));
    await expectWholeInterruptedRun(folder, before);
  });

  it('with --json: the record is whole', async () => {
    const out = await program.fresh();
    const running = await program.start([...ENDLESS, '--json', '--out', out]);
    const folder = await runWithSamples(out, 5);
    running.child.kill(signal);
    const { code, stdout } = await running.done;
    expect(code).toBe(exitCode);
    expect(stdout).toBe(await readFile(join(folder, 'record.json'), 'utf8'));
    expect(parseRecord(stdout).run.status).toBe('interrupted');
  });
});

describe('SIGINT', () => {
  it('on a run of a real model', async () => {
    const { file } = await testModel();
    const out = await program.fresh();
    const args = ['local', '--model', file, '--duration', '10m', '--out', out];
    const running = await program.start(args);
    const folder = await runWithSamples(out, 3);
    const before = (await sampleLines(folder)).length;
    running.child.kill('SIGINT');
    expect(await running.done).toMatchObject({ code: 130, signal: null, stderr: '' });
    await expectWholeInterruptedRun(folder, before);
  });

  it('on a run in which nothing has succeeded yet is no failure of the pictures', async () => {
    const out = await program.fresh();
    const picture = join(ROOT, 'fixtures', 'broken', 'text.jpg');
    const running = await program.start(['local', picture, '--duration', '10m', '--out', out]);
    const folder = await runWithSamples(out, 3);
    running.child.kill('SIGINT');
    expect((await running.done).code).toBe(130);
    expect((await recordIn(folder)).run.status).toBe('interrupted');
  });

  it('twice ends at once, within the call in flight; the folder can be read', async () => {
    const cwd = await program.fresh();
    // Takes most of a second to decode.
    const slow = sharp({ create: { width: 8_000, height: 8_000, channels: 3, background: 'teal' } });
    await slow.jpeg({ quality: 50, progressive: true }).toFile(join(cwd, 'slow.jpg'));
    const running = await program.start(['local', TINY, 'slow.jpg', '--duration', '10m'], { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 1);
    running.child.kill('SIGINT');
    // Two signals of one kind are one until the first has been taken.
    const again = setInterval(() => running.child.kill('SIGINT'), 30);
    const { code, signal, stderr } = await running.done;
    clearInterval(again);
    expect({ code, signal, stderr }).toEqual({ code: 130, signal: null, stderr: '' });
    // So the record of the end was not written.
    const record = await reported(folder);
    expect(record.run.status).toBe('running');
    expect(record.targets[0]!.samples).toEqual(await samplesOn(folder));
    expect(record.targets[0]!.samples).toHaveLength(1);
  });

  it('during a download: the part stays, and the next run goes on from there', async () => {
    const models = await program.fresh();
    const content = randomBytes(400_000);
    const mirror = await startMirror((request, response) => {
      if (mirror.requests.length > 1) return serve(content)(request, response);
      // Slow: some of it, and then no more until the client is gone.
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 150_000));
    });
    const env = { RESNET_BENCH_MIRROR: new URL(mirror.url).origin, RESNET_BENCH_MODELS_DIR: models };
    const args = ['local', TINY, '--model', 'resnet50-v1-12'];
    const cwd = await program.fresh();
    const running = await program.start(args, { cwd, env });
    await until('the part', async () => {
      const [part] = await readdir(models);
      return part !== undefined && (await stat(join(models, part)).catch(() => undefined))?.size === 150_000;
    });
    const sent = Date.now();
    running.child.kill('SIGINT');
    expect(await running.done).toEqual({ code: 130, signal: null, stdout: '', stderr: '' });
    // Well before the mirror would have been given up.
    expect(Date.now() - sent).toBeLessThan(2_500);
    expect(await readdir(models)).toEqual(['resnet50-v1-12.onnx.part']);
    expect(content.subarray(0, 150_000).equals(await readFile(join(models, 'resnet50-v1-12.onnx.part')))).toBe(true);
    expect(await readdir(cwd)).toEqual([]);

    // What comes is not the catalogue's file, so the second run ends in an error; it asked for the rest only, first.
    const said = complaint(await program.run(args, { cwd, env }));
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('SHA-256') });
    expect(mirror.ranges()).toEqual([undefined, 'bytes=150000-', undefined]);
  });

  it('while the synthetic model is being written leaves nothing of it', async () => {
    const models = await program.fresh();
    const env = { RESNET_BENCH_MODELS_DIR: models };
    const running = await program.start(['model', 'make'], { env });
    await until('the file', async () => (await readdir(models)).length > 0);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.done;
    const left = await readdir(models);
    // Or it was done already.
    if (!left.includes('resnet50-synthetic.onnx'))
      expect({ code, stderr, left }).toEqual({ code: 130, stderr: '', left: [] });
    await rm(models, { recursive: true });
  });
});

describe('kill -9', () => {
  it.each([1, 2, 17, 60, 150])('after %d samples loses at most the call in flight', async count => {
    const out = await program.fresh();
    const running = await program.start([...ENDLESS, '--out', out]);
    const folder = await runWithSamples(out, count);
    running.child.kill('SIGKILL');
    expect((await running.done).signal).toBe('SIGKILL');
    const text = await readFile(join(folder, 'samples.ndjson'), 'utf8');
    const onDisk = await samplesOn(folder);
    expect(onDisk.length).toBeGreaterThanOrEqual(count);
    // Whole lines only, or a torn one after them.
    expect(text.split('\n')).toHaveLength(onDisk.length + 1);
    expect(JSON.parse(await readFile(join(folder, 'record.json'), 'utf8')).run.status).toBe('running');

    const record = await reported(folder);
    expect(record.run.status).toBe('running');
    expect(record.targets[0]!.samples).toEqual(onDisk);
    const table = await program.run(['report', '--out', out]);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(/^this run has not ended, or was killed: what it has measured so far$/m);
    expect(table.stdout).toContain('1 cold call: ');
  });

  it('on a real model, at a moment of no one’s choice', async () => {
    const { file } = await testModel();
    const out = await program.fresh();
    const running = await program.start(['local', '--model', file, '--duration', '10m', '--out', out]);
    const folder = await runWithSamples(out, 2);
    await new Promise(resolve => setTimeout(resolve, Math.random() * 200));
    running.child.kill('SIGKILL');
    await running.done;
    expect((await reported(folder)).targets[0]!.samples).toEqual(await samplesOn(folder));
  });

  it('while the model is loading leaves a folder that report can read', async () => {
    const { file } = await testModel();
    const out = await program.fresh();
    const running = await program.start(['local', '--model', file, '--duration', '10m', '--out', out]);
    const [name] = await until('the folder', async () => {
      const names = await readdir(out);
      return names.length > 0 && names;
    });
    running.child.kill('SIGKILL');
    await running.done;
    const { code, stderr } = await program.run(['report', join(out, name!)]);
    // Nothing was measured: a report without samples, or an error that says why there is none.
    if (code !== 0) expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/killed|before it/) });
  });

  describe('in the middle of a line', () => {
    /** A killed run of at least five samples. */
    async function killedRun() {
      const out = await program.fresh();
      const running = await program.start([...ENDLESS, '--out', out]);
      const folder = await runWithSamples(out, 5);
      running.child.kill('SIGKILL');
      await running.done;
      const file = join(folder, 'samples.ndjson');
      const lines = (await sampleLines(folder)).slice(0, 5);
      return { folder: await onlyRun(out), file, lines };
    }

    it('the torn last line is left out', async () => {
      const { folder, file, lines } = await killedRun();
      const last = lines[4]!;
      for (const length of [1, 40, last.length - 1]) {
        await writeFile(file, `${lines.slice(0, 4).join('\n')}\n${last.slice(0, length)}`);
        expect((await reported(folder)).targets[0]!.samples.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
      }
      await writeFile(file, lines.join('\n'));
      expect((await reported(folder)).targets[0]!.samples).toHaveLength(5);
      await writeFile(file, '');
      expect((await reported(folder)).targets[0]!.samples).toHaveLength(0);
      expect((await program.run(['report', folder])).code).toBe(0);
    });

    it('a torn line before others is an error that names file and line', async () => {
      const { folder, file, lines } = await killedRun();
      await writeFile(file, `${[lines[0], lines[1]!.slice(0, 30), ...lines.slice(2)].join('\n')}\n`);
      const said = complaint(await program.run(['report', folder]));
      expect(said.code).toBe(3);
      expect(said.error).toContain(`${file}, line 2: `);
    });

    it('samples that are gone are an error that names the file', async () => {
      const { folder, file } = await killedRun();
      await rm(file);
      const said = complaint(await program.run(['report', folder]));
      expect(said.code).toBe(3);
      expect(said.error).toContain(file);
    });
  });
});
