/** A sound request in unsound surroundings: exit 3 with one error and one hint, and what was there before still there. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { answer, type Mirror, serve, startMirror } from '../models/mirror.ts';
import { complaint, onlyRun, ROOT, recordIn, runsIn, sampleLines, smallModel, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const ONE_CALL = ['--iterations', '1', '--warmup', '0'];

afterEach(() => rm(program.models, { recursive: true, force: true }));

async function modelFile(name: string, bytes: Uint8Array | string): Promise<{ cwd: string; args: string[] }> {
  const cwd = await program.fresh();
  await writeFile(join(cwd, name), bytes);
  return { cwd, args: ['local', PICTURE, '--model', name, ...ONE_CALL] };
}

/** The origin of a mirror, as RESNET_BENCH_MIRROR takes it. */
const mirrorAt = ({ url }: Mirror) => ({ RESNET_BENCH_MIRROR: new URL(url).origin });

describe('a model that', () => {
  it.each([
    ['is text', 'hello\n'],
    ['is empty', ''],
    ['is noise', randomBytes(5_000)],
    ['was cut', smallModel().subarray(0, 6_000)],
  ])('%s', async (_, bytes) => {
    const { cwd, args } = await modelFile('corrupt.onnx', bytes);
    const said = complaint(await program.run(args, { cwd }));
    expect(said).toMatchObject({ code: 3, hint: expect.stringContaining('resnet-bench model list') });
    expect(said.error).toContain('corrupt.onnx is not an ONNX model');
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
  });

  it.each([
    ['has 10 classes', smallModel({ classes: 10 }), 'its output logits is float32 [N, 10]'],
    ['takes 256 x 256', smallModel({ side: 256 }), 'its input input is float32 [N, 3, 256, 256]'],
  ])('%s', async (_, bytes, found) => {
    const { cwd, args } = await modelFile('other-shape.onnx', bytes);
    const said = complaint(await program.run(args, { cwd }));
    expect(said.code).toBe(3);
    expect(said.error).toContain('other-shape.onnx');
    expect(said.error).toContain(found);
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
    const info = complaint(await program.run(['model', 'info', 'other-shape.onnx'], { cwd }));
    expect(info).toEqual(said);
  });

  it('parses, but onnxruntime cannot load', async () => {
    // A graph whose only node asks for what is not there.
    const bytes = Buffer.from(smallModel());
    const at = bytes.indexOf('GlobalAveragePool');
    bytes.write('GlobalAveragePoof', at);
    const { cwd, args } = await modelFile('unknown-operator.onnx', bytes);
    const said = complaint(await program.run(args, { cwd }));
    expect(said.code).toBe(3);
    expect(said.error).toContain('onnxruntime cannot load unknown-operator.onnx');
  });
});

describe('a model of the catalogue', () => {
  const args = ['local', PICTURE, '--model', 'resnet50-v1-12', ...ONE_CALL];

  it('that is not here, with no mirror to be reached', async () => {
    const said = complaint(await program.run(args));
    expect(said.code).toBe(3);
    expect(said.error).toMatch(/^cannot download resnet50-v1-12\.onnx: http:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED/);
    expect(said.hint).toContain('--model FILE');
    expect(await readdir(program.models).catch(() => [])).toEqual([]);
  });

  it('that the mirror does not have', async () => {
    const mirror = await startMirror(answer(404));
    const said = complaint(await program.run(args, { env: mirrorAt(mirror) }));
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('answered 404') });
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/resnet50-v1-12.onnx']);
  });

  it('whose bytes from the mirror are others: never used', async () => {
    const mirror = await startMirror(serve(Buffer.from(smallModel())));
    const cwd = await program.fresh();
    const said = complaint(await program.run(args, { cwd, env: mirrorAt(mirror) }));
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('SHA-256') });
    expect(await readdir(program.models)).toEqual([]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('without a choice, too: wrong bytes are not hidden behind the synthetic model', async () => {
    const mirror = await startMirror(serve(Buffer.from(smallModel())));
    const env = { ...mirrorAt(mirror), RESNET_BENCH_MODEL: undefined };
    const said = complaint(await program.run(['local', PICTURE, ...ONE_CALL], { env }));
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('SHA-256') });
    expect(await readdir(program.models)).toEqual([]);
  });

  it('whose file here is another', async () => {
    await mkdir(program.models, { recursive: true });
    await writeFile(join(program.models, 'resnet50-v1-12.onnx'), smallModel());
    const said = complaint(await program.run(args));
    expect(said).toEqual({
      code: 3,
      error: "resnet50-v1-12.onnx does not have the catalogue's SHA-256",
      hint: 'resnet-bench model pull resnet50-v1-12 --force',
    });
  });
});

describe('--out that cannot be written', () => {
  it.each(['taken', 'taken/deeper/still'])('a file in its place: %s', async out => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'taken'), 'mine');
    const said = complaint(await program.run(['local', PICTURE, ...ONE_CALL, '--out', out], { cwd }));
    expect(said.code).toBe(3);
    expect(said.error).toContain(`cannot write to ${out}`);
    expect(said.hint).toContain('--out');
    expect(await readFile(join(cwd, 'taken'), 'utf8')).toBe('mine');
  });

  it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y', '/sys/x'])('%s', async out => {
    const said = complaint(await program.run(['local', PICTURE, ...ONE_CALL, '--out', out]));
    expect(said.code).toBe(3);
    expect(said.error).toContain(`cannot write to ${out}`);
  });
});

describe('a full disk', () => {
  /** A folder on a file system of its own, so small that a run fills it. */
  async function smallDisk(skip: (why: string) => void): Promise<string> {
    const folder = await program.fresh();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
    } catch (thrown) {
      skip(`no small file system can be mounted here: ${String(thrown).trim()}`);
    }
    onTestFinished(() => void execFileSync('umount', [folder]));
    return folder;
  }

  it('ends the run; what was written stays readable', async ctx => {
    const out = await smallDisk(why => ctx.skip(why));
    const said = complaint(await program.run(['local', PICTURE, '--duration', '1h', '--out', out]));
    expect(said).toMatchObject({ code: 3, hint: expect.stringContaining('resnet-bench report') });
    const folder = await onlyRun(out);
    expect(said.error).toBe(`cannot write to ${folder}: no space left on the disk`);

    const written = await sampleLines(folder);
    expect(written.length).toBeGreaterThan(20);
    const { code, stdout, stderr } = await program.run(['report', folder, '--format', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record.run.status).toBe('running');
    expect(record.targets[0].samples).toEqual(written.map(line => JSON.parse(line).sample));
    expect((await program.run(['report', folder])).stdout).toContain('has not ended, or was killed');
  });

  it('with room for the samples, not for the record at the end', async ctx => {
    const out = await smallDisk(why => ctx.skip(why));
    // Samples take some 0.8 kB each, here and once more in the record.
    const said = complaint(await program.run(['local', PICTURE, '--iterations', '50', '--out', out]));
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('no space left on the disk') });
    const folder = await onlyRun(out);
    expect((await readdir(folder)).sort()).toEqual(['record.json', 'samples.ndjson']);
    const { code, stdout } = await program.run(['report', folder, '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).targets[0].samples).toHaveLength(54);
  });

  it.runIf(process.platform === 'linux').each(['report --format json', `local ${ONE_CALL.join(' ')} --json`, '--help'])(
    'behind stdout: %s',
    async args => {
      const cwd = await program.fresh();
      await program.run(['local', PICTURE, ...ONE_CALL], { cwd });
      const said = complaint(await program.shell(`resnet-bench ${args} > /dev/full`, { cwd }));
      expect(said.code).toBe(3);
      expect(said.error).toMatch(/no space left/i);
    },
  );
});

describe('report refuses', () => {
  /** A finished run in a folder of its own. */
  async function finishedRun(): Promise<{ folder: string; text: string }> {
    const out = await program.fresh();
    await program.run(['local', PICTURE, ...ONE_CALL, '--out', out]);
    const folder = await onlyRun(out);
    await recordIn(folder);
    return { folder, text: await readFile(join(folder, 'record.json'), 'utf8') };
  }

  it('a record of a newer version, by name', async () => {
    const { folder, text } = await finishedRun();
    const file = join(folder, 'record.json');
    await writeFile(file, text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
    expect(complaint(await program.run(['report', folder]))).toEqual({
      code: 3,
      error: `${file} has record version 2; this program reads up to 1`,
      hint: expect.stringContaining('newer resnet-bench'),
    });
  });

  it('what is no record', async () => {
    const { folder, text } = await finishedRun();
    const file = join(folder, 'record.json');
    const cases = [
      ['{"schemaVersion": 1', `${file} is not JSON`],
      ['', `${file} is not JSON`],
      ['null', `${file} is not a record`],
      ['[]', `${file} is not a record`],
      ['{"schemaVersion": 1}', `${file} is not a record: tool`],
      [text.replace('"status": "completed"', '"status": "lost"'), `${file} is not a record: run.status`],
      [text.replace('"ok":true', '"ok":1'), `${file} is not a record: targets.0.samples.0.outcome`],
    ] as const;
    for (const [content, error] of cases) {
      await writeFile(file, content);
      const said = complaint(await program.run(['report', file]));
      expect(said.code).toBe(3);
      expect(said.error).toContain(error);
    }
  });
});
