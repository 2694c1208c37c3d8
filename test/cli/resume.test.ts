/** `resnet-bench resume`: which run goes on, from what is left of its last line, and with no call when there is none left. */
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SampleLine, sampleLineSchema } from '../../src/core/record.ts';
import { json, OUR_ANSWER, startServer } from '../runners/fault-server.ts';
import { recordIn, sampleLines, useProgram } from './program.ts';
import { expectEverySlotOnce, expectSegmentsInOrder, missedBy, slotsOnDisk, upTo } from './slots.ts';
import { changeJson, expectNoComplaint, expectOnlyTheRecord, killedSoak, PICTURES, resumeToTheEnd } from './soaking.ts';

const program = useProgram();

describe.concurrent('a killed run whose last line', () => {
  const ARGS = ['--target', 'local', '--interval', '100ms', '--duration', '2s', PICTURES[0]!];

  it.each([
    ['is torn', (line: string) => line.slice(0, line.length / 2)],
    ['has lost its line feed', (line: string) => line.slice(0, -1)],
    ['is one character', () => '{'],
  ])('%s: that call is sent again', async (_, tear) => {
    const { cwd, folder } = await killedSoak(program, ARGS, 4);
    const file = join(folder, 'samples.ndjson');
    const lines = (await sampleLines(folder)).map(line => `${line}\n`);
    await writeFile(file, lines.slice(0, -1).join('') + tear(lines.at(-1)!));
    const { record } = await resumeToTheEnd(program, cwd);
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 100 });
    const text = await readFile(file, 'utf8');
    expect(text.startsWith(lines.slice(0, -1).join(''))).toBe(true);
    for (const line of text.split('\n').slice(0, -1)) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('is its only one, and torn', async () => {
    const { cwd, folder } = await killedSoak(program, ARGS, 1);
    await truncate(join(folder, 'samples.ndjson'), 100);
    const { record } = await resumeToTheEnd(program, cwd);
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 100 });
  });
});

describe.concurrent('a run that had sent its last call', () => {
  it('is finished without any call', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '100ms', '--duration', '3s', PICTURES[0]!];
    const { cwd, folder } = await killedSoak(program, args, 4);
    await addTheRest(folder, 30, 100);
    const asked = server.requests.length;
    const { record, stdout } = await resumeToTheEnd(program, cwd);
    expect(server.requests).toHaveLength(asked);
    await server.close();
    expect(record.run).toMatchObject({ status: 'completed', stoppedBy: 'duration' });
    expectEverySlotOnce(record, 'lambda', { slots: 30, intervalMs: 100 });
    expectSegmentsInOrder(record);
    expect(record.targets[0]!.summary.warm?.serviceMs?.count).toBe(30 - missedBy(record, 'lambda').length);
    expect(stdout).toMatch(/^\d+ warm calls/m);
  });

  it('also when what is left were slots it had missed', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '100ms', '--duration', '3s', PICTURES[0]!];
    const { cwd, folder } = await killedSoak(program, args, 4);
    const done = Math.max(...(await slotsOnDisk(folder)).get('lambda')!) + 1;
    const { beganMs } = JSON.parse(await readFile(join(folder, 'record.json'), 'utf8')).run;
    const [fromMs, toMs] = [beganMs + done * 100, beganMs + 2_900];
    const incident = { kind: 'missed', target: 'lambda', fromMs, toMs, firstSeq: done, count: 30 - done };
    await appendFile(join(folder, 'samples.ndjson'), `${JSON.stringify({ incident })}\n`);
    const asked = server.requests.length;
    const { record } = await resumeToTheEnd(program, cwd);
    await server.close();
    expect(server.requests).toHaveLength(asked);
    expectEverySlotOnce(record, 'lambda', { slots: 30, intervalMs: 100 });
    expect(record.incidents).toContainEqual(incident);
  });

  /** Those slots that a killed run has neither sent nor missed, as copies of one it has; on a busy machine its lines need not be in order. */
  async function addTheRest(folder: string, slots: number, intervalMs: number): Promise<void> {
    const lines = (await sampleLines(folder)).map(line => JSON.parse(line));
    const like: SampleLine = sampleLineSchema.parse(lines.find(line => 'sample' in line));
    const done = new Set(
      lines.flatMap(({ sample, incident }) =>
        sample ? [sample.seq] : incident.kind === 'missed' ? upTo(incident.count).map(i => incident.firstSeq + i) : [],
      ),
    );
    for (const seq of upTo(slots).filter(slot => !done.has(slot))) {
      const by = (seq - like.sample.seq) * intervalMs;
      const [scheduledMs, issuedMs, completedMs] = [
        like.sample.scheduledMs + by,
        like.sample.issuedMs + by,
        like.sample.completedMs + by,
      ];
      const sample = { ...like.sample, seq, scheduledMs, issuedMs, completedMs };
      await appendFile(join(folder, 'samples.ndjson'), `${JSON.stringify({ ...like, sample })}\n`);
    }
  }
});

describe.concurrent('which run', () => {
  const ARGS = ['--target', 'local', '--interval', '100ms', '--duration', '2s', PICTURES[0]!];

  it.each([
    ['its id', (folder: string) => basename(folder)],
    ['its record', (folder: string) => join(folder, 'record.json')],
  ])('by %s', async (_, name) => {
    const { cwd, folder } = await killedSoak(program, ARGS, 2);
    const { record } = await resumeToTheEnd(program, cwd, { args: [name(folder)] });
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 100 });
  });

  it('from another folder, with --json: the record and nothing else', async () => {
    const { folder } = await killedSoak(program, ARGS, 2);
    const { code, stdout } = await program.run(['resume', folder, '--json']);
    expect(code).toBe(0);
    expect(stdout).toBe(await readFile(join(folder, 'record.json'), 'utf8'));
    await expectOnlyTheRecord(folder);
  });

  it('from another folder: it shows the pictures that were named', async () => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'mine.png'), await readFile(PICTURES[0]!));
    const { folder } = await killedSoak(program, [...ARGS.slice(0, -1), 'mine.png'], 3, { cwd });
    const elsewhere = await program.fresh();
    await writeFile(join(elsewhere, 'mine.png'), 'another');
    expectNoComplaint(await program.run(['resume', folder], { cwd: elsewhere }));
    const samples = expectEverySlotOnce(await recordIn(folder), 'local', { slots: 20, intervalMs: 100 });
    expect(samples.every(({ outcome, image }) => outcome.ok && image === 'mine.png')).toBe(true);
  });

  it('after a wall clock that was set back: no call is sent early', async () => {
    const { cwd, folder } = await killedSoak(program, ARGS, 2);
    const later = (iso: string) => new Date(Date.parse(iso) + 3_600_000).toISOString();
    await changeJson(join(folder, 'record.json'), ({ run }) => {
      run.startedAt = later(run.startedAt);
      run.segments[0].startedAt = run.startedAt;
    });
    const { record } = await resumeToTheEnd(program, cwd);
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 100 });
  });
});
