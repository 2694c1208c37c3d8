/** What `resnet-bench resume` does not go on with: one error, one hint, and the folder as it was; with the cause gone it goes on. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordIn, smallModel, useProgram } from './program.ts';
import { expectEverySlotOnce } from './slots.ts';
import {
  changeJson,
  expectNoComplaint,
  expectOnlyTheRecord,
  type KilledSoak,
  killedSoak,
  PICTURES,
  refusal,
} from './soaking.ts';

const program = useProgram();
const ARGS = ['--target', 'local', '--interval', '100ms', '--duration', '2500ms'];
const SLOTS = { slots: 25, intervalMs: 100 };

describe('a killed run, the same for all of these,', () => {
  let run: KilledSoak;
  const files = () => ['record.json', 'resume.json'].map(name => join(run.folder, name));
  const undo: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'mine.png'), await readFile(PICTURES[0]!));
    await writeFile(join(cwd, 'mine.onnx'), smallModel());
    run = await killedSoak(program, [...ARGS, '--model', 'mine.onnx', 'mine.png', PICTURES[1]!], 4, { cwd });
  });
  afterEach(async () => {
    for (const step of undo.splice(0)) await step();
  });

  /** Until the end of the test. */
  async function change(file: string, content: string | Uint8Array): Promise<void> {
    const before = await readFile(file);
    undo.push(() => writeFile(file, before));
    await writeFile(file, content);
  }
  async function takeAway(file: string): Promise<void> {
    await rename(file, `${file}.away`);
    undo.push(() => rename(`${file}.away`, file));
  }
  // biome-ignore lint/suspicious/noExplicitAny: whatever the file holds.
  async function edit(name: string, how: (content: any) => void): Promise<void> {
    const file = join(run.folder, name);
    await change(file, await readFile(file));
    await changeJson(file, how);
  }
  const refused = (args: string[] = []) => refusal(program, run.folder, args, { cwd: run.cwd });
  const OF_ONE_PIECE = 'a resumed run must be of one piece: make the two the same, or start a new run';

  // The other checks of this kind are tried where they are made.
  // biome-ignore lint/suspicious/noExplicitAny: whatever the file holds.
  const others: [string, string, (content: any) => void, RegExp][] = [
    ['version of resnet-bench', 'record.json', ({ tool }) => (tool.version = '0.0.1'), /: 0\.0\.1, and now it is \d/],
    ['version of node', 'record.json', ({ machine }) => (machine.node = '1.2.3'), /: 1\.2\.3, and now it is \d/],
    ['processor', 'record.json', ({ machine }) => (machine.cpuModel = 'Abacus'), /: Abacus \d+ .*, and now it is /],
    ['machine', 'resume.json', note => (note.hostname = 'elsewhere'), /: elsewhere, and now it is /],
    ['model', 'resume.json', ({ model }) => (model.sha256 = 'ab'.repeat(32)), /: SHA-256 abababababab\.\.\., and/],
    ['picture mine.png', 'record.json', ({ images }) => (images[0].sha256 = 'cd'.repeat(32)), /SHA-256 cdcdcdcdcdcd/],
    ['value of speed', 'record.json', ({ run }) => (run.options.speed = 9), /: 9, and now it is none$/],
  ];
  it.each(others)('began with another %s (%s)', async (what, file, how, says) => {
    await edit(file, how);
    const { code, error, hint } = await refused();
    expect({ code, hint }).toEqual({ code: 3, hint: OF_ONE_PIECE });
    expect(error).toMatch(new RegExp(`^the run began with another ${what}: `));
    expect(error).toMatch(says);
  });

  it('has a picture that was changed', async () => {
    await change(join(run.cwd, 'mine.png'), await readFile(PICTURES[1]!));
    const said = await refused();
    expect(said).toMatchObject({ code: 3, hint: OF_ONE_PIECE });
    expect(said.error).toMatch(
      /^the run began with another picture mine\.png: SHA-256 \w{12}\.\.\., and now it is SHA-256 \w{12}\.\.\.$/,
    );
  });

  it('has a picture that is gone', async () => {
    const file = join(run.cwd, 'mine.png');
    await takeAway(file);
    expect(await refused()).toMatchObject({ code: 2, error: `no such file: ${file}` });
  });

  it('has a model that was changed', async () => {
    await change(join(run.cwd, 'mine.onnx'), smallModel({ synthetic: true }));
    const said = await refused();
    expect(said).toMatchObject({ code: 3, hint: OF_ONE_PIECE });
    expect(said.error).toMatch(/^the run began with another model: SHA-256 \w{12}\.\.\., and now it is SHA-256 \w{12}/);
  });

  it('has a model that is gone', async () => {
    const file = join(run.cwd, 'mine.onnx');
    await takeAway(file);
    const said = await refused();
    expect(said.code).toBe(2);
    expect(said.error).toContain(file);
  });

  it.each([
    // biome-ignore lint/suspicious/noExplicitAny: options as JSON.
    ['is missing', (options: any) => delete options.intervalMs],
    // biome-ignore lint/suspicious/noExplicitAny: options as JSON.
    ['is none', (options: any) => (options.targets = ['moon'])],
    // biome-ignore lint/suspicious/noExplicitAny: options as JSON.
    ['cannot be', (options: any) => (options.durationMs = -1)],
  ])('has an option that %s', async (_, how) => {
    await edit('record.json', ({ run }) => how(run.options));
    const said = await refused();
    expect(said).toMatchObject({ code: 3, hint: 'start a new run: resnet-bench soak' });
    expect(said.error).toMatch(new RegExp(`^${basename(run.folder)} does not tell the options it began with: `));
  });

  it('has lost its resume.json', async () => {
    await takeAway(files()[1]!);
    expect(await refused()).toEqual({
      code: 3,
      error: `${join('reports', basename(run.folder))} holds no resume.json, which tells where the pictures are`,
      hint: 'start a new run: resnet-bench soak',
    });
  });

  it.each(['', '{"hostname": "here"}', '\0\0\0'])('has %j as resume.json', async content => {
    await change(files()[1]!, content);
    const said = await refused();
    expect(said).toMatchObject({ code: 3, hint: 'start a new run: resnet-bench soak' });
    expect(said.error).toContain(`${join('reports', basename(run.folder), 'resume.json')} cannot be read: `);
    // For people, not a dump.
    expect(said.error.length).toBeLessThan(300);
    expect(said.error).not.toContain('"code":');
  });

  it.each(['', '{"run": {}}'])('has %j as record.json', async content => {
    await change(files()[0]!, content);
    const said = await refused();
    expect(said.code).toBe(3);
    expect(said.error).toMatch(/record\.json is not (JSON|a record): /);
  });

  it('has a line that something else wrote', async () => {
    const file = join(run.folder, 'samples.ndjson');
    await change(file, `hello\n${await readFile(file, 'utf8')}`);
    const said = await refused();
    expect(said).toMatchObject({ code: 3, hint: 'the file was changed by something else' });
    expect(said.error).toContain('samples.ndjson, line 1: not a sample: ');
  });

  it('has lost its samples', async () => {
    await takeAway(join(run.folder, 'samples.ndjson'));
    const said = await refused();
    expect(said.code).toBe(3);
    expect(said.error).toContain('samples.ndjson');
  });

  it.each([[['--url', 'http://127.0.0.1:1']], [['--header', 'a: b']]])('calls no function at a URL: %j', async args => {
    expect(await refused(args)).toEqual({
      code: 2,
      error: `${basename(run.folder)} calls no function at a URL`,
      hint: 'leave --url and --header out',
    });
  });

  it('goes on after all that, whatever RESNET_BENCH_URL says', async () => {
    const env = { RESNET_BENCH_URL: 'http://127.0.0.1:1', RESNET_BENCH_HEADER: 'a: b' };
    expectNoComplaint(await program.run(['resume'], { cwd: run.cwd, env }));
    const record = await recordIn(run.folder);
    expectEverySlotOnce(record, 'local', SLOTS);
    expect(record.run.segments).toHaveLength(2);
    await expectOnlyTheRecord(run.folder);
  });

  it('and is complete then', async () => {
    const id = basename(run.folder);
    expect(await refused([id])).toEqual({
      code: 2,
      error: `${id} is complete: there is nothing to resume`,
      hint: `resnet-bench report ${id} shows it`,
    });
  });
});
