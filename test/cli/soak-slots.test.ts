/** The slots of a soak: which picture each of them shows, and how many there may be. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/core/record.ts';
import { complaint, onlyRun, ROOT, recordIn, runsIn, runWithSamples, useProgram } from './program.ts';
import { expectEverySlotOnce, missedBy, samplesOf, upTo } from './slots.ts';
import { PICTURES, pause } from './soaking.ts';

const program = useProgram();

describe.concurrent('which picture a slot shows', () => {
  const THREE = [...PICTURES, join(ROOT, 'fixtures', 'odd', 'grey.jpg')];
  const picturesBySlot = (record: RunRecord, target: string) =>
    new Map(samplesOf(record, target).map(({ seq, image }) => [seq, image]));

  it('is the same for both targets, also after slots were missed', async () => {
    const cwd = await program.fresh();
    const args = ['soak', '--interval', '300ms', '--duration', '6s', '--shuffle', '--seed', '7', ...THREE];
    const running = await program.start(args, { cwd });
    const folder = await runWithSamples(join(cwd, 'reports'), 4);
    running.child.kill('SIGSTOP');
    await pause(1_500);
    running.child.kill('SIGCONT');
    expect((await running.done).code).toBe(0);
    const record = await recordIn(folder);
    expectEverySlotOnce(record, 'lambda', { slots: 20, intervalMs: 300 });
    expectEverySlotOnce(record, 'local', { slots: 20, intervalMs: 300, firstMs: 150 });
    expect(missedBy(record, 'lambda').length + missedBy(record, 'local').length).toBeGreaterThan(0);
    const [lambda, local] = [picturesBySlot(record, 'lambda'), picturesBySlot(record, 'local')];
    const both = [...lambda.keys()].filter(seq => local.has(seq));
    expect(both.length).toBeGreaterThan(6);
    expect(both.map(seq => lambda.get(seq))).toEqual(both.map(seq => local.get(seq)));
  });

  it('--shuffle: each once a round, in an order that its seed alone decides, also of a resumed run', async () => {
    const orders = [];
    for (const [seed, ending] of [
      ['7', 'kept'],
      ['7', 'killed'],
      ['8', 'kept'],
    ]) {
      const cwd = await program.fresh();
      const seeded = ['--shuffle', '--seed', seed!];
      const args = ['soak', '--target', 'local', '--interval', '50ms', '--duration', '1500ms', ...seeded, ...THREE];
      const running = await program.start(args, { cwd });
      if (ending === 'killed') {
        await runWithSamples(join(cwd, 'reports'), 7);
        running.child.kill('SIGKILL');
        await running.done;
        expect((await program.run(['resume'], { cwd })).code).toBe(0);
      }
      await running.done;
      const record = await recordIn(await onlyRun(join(cwd, 'reports')));
      expect(record.run.options).toMatchObject({ shuffle: true, seed: Number(seed) });
      expectEverySlotOnce(record, 'local', { slots: 30, intervalMs: 50 });
      orders.push(picturesBySlot(record, 'local'));
    }
    const [one, again, other] = orders;
    const known = upTo(30).filter(seq => one!.has(seq) && again!.has(seq) && other!.has(seq));
    expect(known.length).toBeGreaterThan(10);
    expect(known.map(seq => again!.get(seq))).toEqual(known.map(seq => one!.get(seq)));
    expect(known.map(seq => other!.get(seq))).not.toEqual(known.map(seq => one!.get(seq)));
    for (let round = 0; round < 10; round++) {
      const shown = [0, 1, 2].flatMap(i => one!.get(3 * round + i) ?? []);
      expect(new Set(shown).size).toBe(shown.length);
    }
  });

  it('--seed without --shuffle is refused', async () => {
    const cwd = await program.fresh();
    const said = complaint(await program.run(['soak', '--seed', '7', ...THREE], { cwd }));
    expect(said).toEqual({
      code: 2,
      error: '--seed is for --shuffle, and pictures take turns',
      hint: 'add --shuffle, or leave it out',
    });
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
  });
});

it('a year of a call each millisecond is planned in no time', async () => {
  const cwd = await program.fresh();
  const args = ['soak', '--target', 'local', '--interval', '1ms', '--duration', '365d', PICTURES[0]!];
  const running = await program.start(args, { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 3);
  running.child.kill('SIGINT');
  expect((await running.done).code).toBe(130);
  expect((await recordIn(folder)).run.status).toBe('interrupted');
});
