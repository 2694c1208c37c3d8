/** `resnet-bench report` in every format and by every name of a run; `resnet-bench model` with a mirror on this machine. */
import { randomBytes } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/core/record.ts';
import { catalogue } from '../../src/models/catalogue.ts';
import { testModel } from '../model.ts';
import { answer, type Mirror, sendOnly, serve, startMirror } from '../models/mirror.ts';
import { complaint, parseRecord, ROOT, recordIn, runsIn, smallModel, useProgram } from './program.ts';

const program = useProgram();
const fixture = (name: string) => join(ROOT, 'fixtures', name);

describe('report', () => {
  let cwd: string;
  let older: string;
  let latest: string;
  let record: RunRecord;
  beforeAll(async () => {
    cwd = await program.fresh();
    // Names that a table or a spreadsheet could stumble over.
    await copyFile(fixture('odd/baseline.jpg'), join(cwd, '=1+1, "x" | y.jpg'));
    await copyFile(fixture('broken/text.jpg'), join(cwd, 'bad.jpg'));
    const args = ['local', '=1+1, "x" | y.jpg', 'bad.jpg'];
    expect((await program.run([...args, '--iterations', '4'], { cwd })).code).toBe(0);
    [older = ''] = await runsIn(join(cwd, 'reports'));
    expect((await program.run([...args, '--iterations', '12'], { cwd })).code).toBe(0);
    latest = (await runsIn(join(cwd, 'reports'))).find(folder => folder !== older) ?? '';
    record = await recordIn(latest);
  });

  const report = async (...args: string[]) => {
    const { code, stdout, stderr } = await program.run(['report', ...args], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const idOf = async (...args: string[]) => parseRecord(await report(...args, '--format', 'json')).run.id;

  it('finds a run by id, folder, record file, or the latest', async () => {
    expect(await idOf()).toBe(basename(latest));
    expect(await idOf(basename(older))).toBe(basename(older));
    expect(await idOf(join('reports', basename(older)))).toBe(basename(older));
    expect(await idOf(`${older}/`)).toBe(basename(older));
    expect(await idOf(join(older, 'record.json'))).toBe(basename(older));
    const file = join(await program.fresh(), 'elsewhere.json');
    await copyFile(join(older, 'record.json'), file);
    expect(await idOf(file)).toBe(basename(older));
  });

  it('shows one call alone', async () => {
    const text = await report('--call', '2');
    expect(text).toContain(`call 2 of local in ${basename(latest)}: `);
    expect(text).toMatch(/^ {2}handler +█+ +[\d.]+ ms$/m);
    expect(await report('--call', '2', '--target', 'local')).toBe(text);
  });

  it.each([
    [['--call', '99999'], 'has no call 99999 of local', /^the last one is \d+$/],
    [['--call', '1', '--target', 'lambda'], 'did not measure lambda', /^it measured local$/],
    [['--call', '1', '--format', 'csv'], '--call is shown as text, not as csv', /leave one/],
    [['--target', 'local'], '--target is for --call', /name a call/],
    [['--call', '-1'], '--call must be a whole number', /--call/],
  ])('refuses %j', async (args, error, hint) => {
    const told = complaint(await program.run(['report', ...args], { cwd }));
    expect(told).toMatchObject({ code: 2, error: expect.stringContaining(error), hint: expect.stringMatching(hint) });
  });

  it('takes the latest of --out, and of RESNET_BENCH_OUT', async () => {
    const out = await program.fresh();
    await cp(older, join(out, basename(older)), { recursive: true });
    // Neither is a run of its own.
    await mkdir(join(out, '29990101-000000-empty'));
    await cp(latest, join(out, 'sample'), { recursive: true });
    expect(await idOf('--out', out)).toBe(basename(older));
    const { stdout } = await program.run(['report', '--format', 'json'], { cwd, env: { RESNET_BENCH_OUT: out } });
    expect(parseRecord(stdout).run.id).toBe(basename(older));
  });

  it('takes the tenth run of a second for later than the second', async () => {
    const out = await program.fresh();
    for (const id of ['20260101-000000-local', '20260101-000000-local-2', '20260101-000000-local-10']) {
      await mkdir(join(out, id));
      const run = { ...record.run, id };
      await writeFile(join(out, id, 'record.json'), JSON.stringify({ ...record, run }));
    }
    expect(await idOf('--out', out)).toBe('20260101-000000-local-10');
  });

  it('table: the one that the run itself has shown', async () => {
    const table = await report();
    expect(table).toContain('12 warm calls'.replace('12', String(warmAnswers(record))));
    expect(table).toContain('=1+1, "x" | y.jpg');
    expect(table).toMatch(/^failed {2}bad\.jpg: \d+ of \d+ failed \(undecodable-image\)/m);
    expect(await report('--format', 'table')).toBe(table);
    const shown = await program.run(['local', fixture('odd/1x1.png'), '--iterations', '2'], {
      cwd: await program.fresh(),
    });
    expect(shown.stdout.split('\n\nrecord  ')).toHaveLength(2);
  });

  it('json: the record', async () => {
    expect(parseRecord(await report('--format', 'json'))).toEqual(record);
  });

  it('md: a table with a head, and names that are no markup', async () => {
    const markdown = await report('--format', 'md');
    expect(markdown).toMatch(/^## resnet-bench local: \d{8}-\d{6}-local/);
    expect(markdown).toContain('=1+1, "x" \\| y.jpg');
    const tables = markdown.split('\n\n').filter(block => block.startsWith('|'));
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      const widths = table
        .trim()
        .split('\n')
        .map(line => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
    expect(tables[0]).toMatch(/\| warm +\| inference +\|/);
    expect(tables[0]).toMatch(/\| cold +\| inference +\|/);
  });

  it('csv: a row a sample, which says what the record says', async () => {
    const [head = [], ...rows] = parseCsv(await report('--format', 'csv'));
    const { samples } = record.targets[0]!;
    expect(rows).toHaveLength(samples.length);
    for (const [i, sample] of samples.entries()) {
      const row = Object.fromEntries(head.map((name, column) => [name, rows[i]?.[column]]));
      expect(rows[i]).toHaveLength(head.length);
      const { outcome, timings, predictions } = sample;
      expect(row).toMatchObject({
        target: 'local',
        seq: String(sample.seq),
        phase: sample.phase,
        start: sample.start,
        ok: String(outcome.ok),
        errorKind: outcome.ok ? '' : outcome.error.kind,
        issuedMs: String(sample.issuedMs),
        // What was not measured is empty, never 0.
        inferenceMs: timings.inferenceMs === undefined ? '' : String(timings.inferenceMs),
        networkMs: '',
        classId: predictions[0] === undefined ? '' : String(predictions[0].classId),
        label: predictions[0]?.label ?? '',
      });
      // A spreadsheet would run it.
      expect(row.image).toBe(sample.image.startsWith('=') ? `'${sample.image}` : sample.image);
    }
  });

  describe('to a reader that leaves early', () => {
    let large: string;
    beforeAll(async () => {
      // More than a pipe holds.
      large = await program.fresh();
      const args = ['local', fixture('odd/1x1.png'), '--iterations', '300', '--json'];
      const { stdout } = await program.run(args, { cwd: large });
      expect(stdout.length).toBeGreaterThan(150_000);
    });

    it.each([
      'report --format json',
      'report --format csv',
      'report',
      `local ${fixture('odd/1x1.png')} --iterations 300 --json`,
      `local ${fixture('odd/1x1.png')} --iterations 2`,
      '--help',
    ])('%s', async args => {
      // `head` leaves after a line; what the program has to say of that stands in the files.
      const line = `{ resnet-bench ${args} 2> stderr; echo $? > code; } | head -n 1 > stdout`;
      const { code } = await program.shell(line, { cwd: large });
      expect(code).toBe(0);
      const said = (name: string) => readFile(join(large, name), 'utf8');
      expect({ stderr: await said('stderr'), code: await said('code') }).toEqual({
        // Warnings are for the record's readers, here too.
        stderr: expect.stringMatching(/^(warning: .*\n)*$/),
        code: '0\n',
      });
    });
  });
});

describe('model', () => {
  afterEach(async () => {
    await rm(program.models, { recursive: true, force: true });
  });
  const model = (args: string[], env = {}) =>
    program.run(['model', ...args], { env: { RESNET_BENCH_MODEL: undefined, ...env } });
  const mirrorAt = ({ url }: Mirror) => ({ RESNET_BENCH_MIRROR: new URL(url).origin });
  const put = async (name: string, bytes: Uint8Array) => {
    await mkdir(program.models, { recursive: true });
    await writeFile(join(program.models, name), bytes);
  };

  it('list: every model of the catalogue, those of the folder, and the folder', async () => {
    const empty = await model(['list']);
    expect(empty).toMatchObject({ code: 0, stderr: '' });
    const rows = empty.stdout.split('\n\n')[0]!.split('\n');
    expect(rows.map(row => row.split(/ {2,}/)[0]!.replace(' (default)', ''))).toEqual(
      catalogue().map(({ name }) => name),
    );
    expect(rows.filter(row => row.includes('(default)'))).toHaveLength(1);
    expect(empty.stdout).not.toMatch(/\bhere$/m);
    expect(empty.stdout).toContain(`models folder  ${program.models}`);

    await put('resnet50-v1-12-qdq.onnx', smallModel());
    await put('mine.onnx', smallModel());
    const { stdout } = await model(['list']);
    expect(stdout).toMatch(/^resnet50-v1-12-qdq .* here$/m);
    expect(stdout).toMatch(/^mine\.onnx +here$/m);
    expect(stdout.match(/\bhere$/gm)).toHaveLength(2);
  });

  it('pull: an answer of 404', async () => {
    const mirror = await startMirror(answer(404));
    const said = complaint(await model(['pull'], mirrorAt(mirror)));
    expect(said).toMatchObject({
      code: 3,
      error: expect.stringMatching(/^cannot download resnet50-v1-12\.onnx: .*404/),
    });
    expect(await readdir(program.models)).toEqual([]);
  });

  it('pull: no mirror at all', async () => {
    expect(complaint(await model(['pull', 'kalray-resnet50-v1.5']))).toMatchObject({
      code: 3,
      error: expect.stringMatching(/^cannot download kalray-resnet50-v1\.5\.onnx: .*ECONNREFUSED/),
    });
  });

  it.each([
    ['resnet50-v1-12', /SHA-256/],
    ['resnet50-v1-12-qdq', /has 5000 bytes instead of 25753167/],
  ])('pull %s: wrong bytes, never used', async (name, error) => {
    const mirror = await startMirror(serve(randomBytes(5_000)));
    const said = complaint(await model(['pull', name], mirrorAt(mirror)));
    expect(said).toMatchObject({ code: 3, error: expect.stringMatching(error) });
    expect(await readdir(program.models)).toEqual([]);
  });

  it('pull: a mirror that hangs up keeps the part', async () => {
    const mirror = await startMirror(sendOnly(randomBytes(5_000), 2_000, 'cut'));
    expect(complaint(await model(['pull'], mirrorAt(mirror))).code).toBe(3);
    expect(await readdir(program.models)).toEqual(['resnet50-v1-12.onnx.part']);
  });

  it('pull: a wrong file that is here is refused, and nothing is asked of the mirror', async () => {
    const mirror = await startMirror(answer(500));
    await put('resnet50-v1-12.onnx', smallModel());
    const said = complaint(await model(['pull'], mirrorAt(mirror)));
    expect(said).toMatchObject({ code: 3, hint: 'resnet-bench model pull resnet50-v1-12 --force' });
    expect(mirror.requests).toHaveLength(0);
    expect(complaint(await model(['pull', '--force'], mirrorAt(mirror))).error).toContain('answered 500');
    expect(await readdir(program.models)).toEqual(['resnet50-v1-12.onnx']);
  });

  it('info: of a file, of RESNET_BENCH_MODEL, of the best in the folder', async () => {
    const { file, info } = await testModel();
    const shown = await model(['info', file]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    const rows = Object.fromEntries(
      shown.stdout
        .trim()
        .split('\n')
        .map(row => row.split(/ {2,}/)),
    );
    expect(rows).toMatchObject({ ...info, 'can be measured': 'yes' });
    expect((await model(['info'], { RESNET_BENCH_MODEL: file })).stdout).toBe(shown.stdout);
    await put('mine.onnx', smallModel({ synthetic: true }));
    expect((await model(['info'])).stdout).toMatch(
      /^name +mine\nsha256 +[0-9a-f]{64}\nprecision +float32\nweights +synthetic\n/,
    );
  });

  it('make: the synthetic model, once; the same bytes again', async () => {
    const first = await model(['make']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^resnet50-synthetic: times are real, LABELS ARE NOT\n.*resnet50-synthetic\.onnx\n$/);
    expect(await readdir(program.models)).toEqual(['resnet50-synthetic.onnx']);
    const info = await model(['info', 'synthetic']);
    expect(info.stdout).toMatch(/^weights +synthetic$/m);
    expect((await model(['make'])).stdout).toBe(first.stdout);
  });
});

function warmAnswers({ targets }: RunRecord): number {
  return targets[0]!.samples.filter(({ phase, outcome }) => phase === 'measured' && outcome.ok).length - 1;
}

/** Rows of cells, by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\n') rows.push([]);
  }
  // After the last line stands nothing.
  return rows.filter(row => row.length > 1);
}
