/** `resnet-bench resume`: a soak that is killed, whenever and however often, ends with each of its slots once. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, OUR_ANSWER, startServer } from '../runners/fault-server.ts';
import { complaint, onlyRun, runsIn, runWithSamples, until, useProgram } from './program.ts';
import { expectEverySlotOnce, expectSegmentsInOrder, segmentsOf, slotsOnDisk, upTo } from './slots.ts';
import { kill, killedSoak, Marked, PICTURES, pause, resumeToTheEnd } from './soaking.ts';

const program = useProgram();
const LINUX = process.platform === 'linux';

/** Kills a new run and those that go on with it after random times, `kills` of them once it had a record. Returns how many segments it has by then. */
async function killAgainAndAgain(
  cwd: string,
  args: readonly string[],
  { kills, longestMs, env = {} }: { kills: number; longestMs: number; env?: Record<string, string> },
) {
  const moments: number[] = [];
  let segments = 0;
  for (let left = kills; left > 0; ) {
    const running = await program.start(segments > 0 ? ['resume'] : args, { cwd, env });
    const ms = Math.round(Math.random() * longestMs);
    moments.push(ms);
    await pause(ms);
    await kill(running);
    const [folder] = await runsIn(join(cwd, 'reports'));
    segments = folder === undefined ? 0 : ((await segmentsOf(folder)) ?? 0);
    if (segments > 0) left--;
    else if (folder !== undefined) {
      // No record, no run: it is begun anew.
      const said = complaint(await program.run(['resume', folder], { cwd }));
      expect(said).toMatchObject({ code: 2, error: `${folder} was killed before it measured anything` });
      await rm(folder, { recursive: true });
    }
  }
  return { segments, what: `killed after ${moments.join(', ')} ms` };
}

describe.concurrent('killed at moments of no one’s choice', () => {
  it('and resumed five times: two targets, forty calls each, on the emulator', { timeout: 120_000 }, async () => {
    const cwd = await program.fresh();
    const marked = await Marked.in(cwd);
    const args = ['soak', '--interval', '500ms', '--duration', '20s', ...PICTURES];
    const { segments, what } = await killAgainAndAgain(cwd, args, { kills: 5, longestMs: 3_500, env: marked.env });
    const { record, folder, stdout } = await resumeToTheEnd(program, cwd, { env: marked.env, what });

    expect(record.run, what).toMatchObject({ id: basename(folder), status: 'completed', stoppedBy: 'duration' });
    expect(record.run.segments, what).toHaveLength(segments + 1);
    expectSegmentsInOrder(record, what);
    for (const [name, firstMs] of [
      ['lambda', 0],
      ['local', 250],
    ] as const) {
      const samples = expectEverySlotOnce(record, name, { slots: 40, intervalMs: 500, firstMs }, what);
      expect(samples, what).toHaveLength(40);
      expect(samples.map(({ image }) => image)).toEqual(upTo(40).map(i => ['1x1.png', 'cmyk.jpg'][i % 2]));
      // In run time: that of the gaps is none of theirs.
      for (const { issuedMs, scheduledMs, completedMs } of samples) {
        expect(completedMs, what).toBeGreaterThan(issuedMs);
        expect(issuedMs - scheduledMs, what).toBeLessThan(500);
      }
    }
    expect(stdout).toMatch(segments === 1 ? /^noticed {2}resumed once: /m : /^noticed {2}resumed \d times: /m);
    if (LINUX) await until('the end of all its processes', () => marked.processes().size === 0);
  });

  it('and resumed ten times: a call each tenth of a second', { timeout: 120_000 }, async () => {
    const cwd = await program.fresh();
    const args = ['soak', '--target', 'local', '--interval', '100ms', '--duration', '10s', PICTURES[0]!];
    // Most of that is the start of the program.
    const { what } = await killAgainAndAgain(cwd, args, { kills: 10, longestMs: 1_200 });
    const { record } = await resumeToTheEnd(program, cwd, { what });
    expect(record.run.status, what).toBe('completed');
    expectSegmentsInOrder(record, what);
    expectEverySlotOnce(record, 'local', { slots: 100, intervalMs: 100 }, what);
  });

  it('a server sees each slot, and again only those in flight at a kill', { timeout: 120_000 }, async () => {
    const cwd = await program.fresh();
    // A picture for each slot, so that the server can tell them apart.
    const pictures = upTo(40).map(i => `picture-${i}`);
    for (const picture of pictures) await writeFile(join(cwd, picture), picture);
    const server = await startServer((request, response) => {
      setTimeout(() => json(OUR_ANSWER)(request, response), 120);
    });
    const args = ['--url', server.url, '--target', 'lambda', '--interval', '200ms', '--duration', '8s', ...pictures];
    const notOnDisk: Set<number>[] = [];
    let next = ['soak', ...args];
    for (const calls of [1, 5, 9, 14, 20]) {
      const running = await program.start(next, { cwd });
      await runWithSamples(join(cwd, 'reports'), calls);
      await pause(Math.random() * 200);
      await kill(running);
      const done = (await slotsOnDisk(await onlyRun(join(cwd, 'reports')))).get('lambda') ?? [];
      notOnDisk.push(new Set(upTo(40).filter(seq => !done.includes(seq))));
      next = ['resume'];
    }
    const { record } = await resumeToTheEnd(program, cwd);
    await server.close();

    const samples = expectEverySlotOnce(record, 'lambda', { slots: 40, intervalMs: 200 });
    expect(record.run.segments).toHaveLength(6);
    const times = new Map<number, number>();
    for (const { body } of server.requests) {
      const slot = Number(/\d+$/.exec(Buffer.from(JSON.parse(body).image, 'base64').toString()));
      times.set(slot, (times.get(slot) ?? 0) + 1);
    }
    expect([...times.keys()].sort((a, b) => a - b)).toEqual(samples.map(({ seq }) => seq));
    for (const [slot, count] of times) {
      expect(count - 1).toBeLessThanOrEqual(notOnDisk.filter(slots => slots.has(slot)).length);
    }
    // At most two at once: of 120 ms each 200.
    expect(server.requests.length - samples.length).toBeLessThanOrEqual(2 * notOnDisk.length);
  });

  it('before its first call, and once more: what lay between is no time of the run', async () => {
    const cwd = await program.fresh();
    const reports = join(cwd, 'reports');
    const args = ['soak', '--target', 'local', '--interval', '2s', '--duration', '4s', PICTURES[0]!];
    const first = await program.start(args, { cwd });
    const folder = await runWithSamples(reports, 1);
    await kill(first);
    // The second call is due in more than a second: nothing comes of this stretch.
    const second = await program.start(['resume'], { cwd });
    await until('the second stretch', async () => (await segmentsOf(folder)) === 2);
    await kill(second);
    const { record } = await resumeToTheEnd(program, cwd);
    expect(record.run.segments).toHaveLength(3);
    expectSegmentsInOrder(record);
    expectEverySlotOnce(record, 'local', { slots: 2, intervalMs: 2_000 });
  });

  it('while it is starting: of a new run nothing comes, and one that goes on stays as it was', async () => {
    const cwd = await program.fresh();
    const args = ['--interval', '200ms', '--duration', '2s', PICTURES[0]!];
    const marked = await Marked.in(cwd);
    const emulator = () => !LINUX || [...marked.processes().values()].some(line => line.includes('emulator'));
    const starting = await program.start(['soak', ...args], { cwd, env: marked.env });
    await until('the emulator', emulator);
    await kill(starting);
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
    expect(complaint(await program.run(['resume'], { cwd })).error).toBe('no run in reports');

    const { folder } = await killedSoak(program, args, 3, { cwd, env: marked.env });
    if (LINUX) await until('the end of its processes', () => marked.processes().size === 0);
    const before = await readFile(join(folder, 'samples.ndjson'), 'utf8');
    const resuming = await program.start(['resume'], { cwd, env: marked.env });
    await until('the emulator', emulator);
    await kill(resuming);
    expect((await readFile(join(folder, 'samples.ndjson'), 'utf8')).startsWith(before)).toBe(true);
    const { record } = await resumeToTheEnd(program, cwd);
    for (const [name, firstMs] of [['lambda', 0] as const, ['local', 100] as const]) {
      expectEverySlotOnce(record, name, { slots: 10, intervalMs: 200, firstMs });
    }
    if (LINUX) await until('the end of all its processes', () => marked.processes().size === 0);
  });
});
