/** A soak on a full disk: it goes on with its samples in memory, and loses none as long as there is room in the end. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IncidentOf } from '../../src/core/record.ts';
import { parseRecord, recordIn, runWithSamples, sampleLines, useProgram } from './program.ts';
import { expectEverySlotOnce } from './slots.ts';
import { mountSmallDisk } from './small-disk.ts';
import { expectNoComplaint, lastComplaint, PICTURES, pause } from './soaking.ts';

const program = useProgram();

describe.concurrent('a full disk', () => {
  it('that is freed again: samples wait in memory, and none is lost', async ctx => {
    const disk = mountSmallDisk(await program.fresh(), '512k', ctx);
    const out = join(disk.folder, 'reports');
    const args = ['--target', 'local', '--interval', '100ms', '--duration', '6s', '--out', out, PICTURES[0]!];
    const running = await program.start(['soak', ...args]);
    const folder = await runWithSamples(out, 4);
    disk.fill();
    // What is left of the last page of samples takes some lines more.
    await pause(2_500);
    const onFullDisk = (await sampleLines(folder)).length;
    disk.free();
    const finished = await running.done;
    expectNoComplaint(finished);
    const record = await recordIn(folder);
    const samples = expectEverySlotOnce(record, 'local', { slots: 60, intervalMs: 100 });
    expect((await sampleLines(folder)).length).toBeGreaterThanOrEqual(samples.length);
    const [incident, ...others] = record.incidents!.filter(
      ({ kind }) => kind === 'disk-full',
    ) as IncidentOf<'disk-full'>[];
    expect(others).toEqual([]);
    expect(incident!.count).toBeGreaterThanOrEqual(1);
    expect(incident!.count).toBeLessThanOrEqual(samples.length - onFullDisk);
    expect(incident!.toMs).toBeGreaterThan(incident!.fromMs);
    expect(finished.stdout).toMatch(
      /^(noticed {2}| {9})the disk was full from 0:0.*, and \d+ lines? waited in memory$/m,
    );
  });

  it('that stays full: an error that says so, what was written can be read, and with room it is resumed', async ctx => {
    const disk = mountSmallDisk(await program.fresh(), '512k', ctx);
    const out = join(disk.folder, 'reports');
    const args = ['--target', 'local', '--interval', '100ms', '--duration', '4s', '--out', out, PICTURES[0]!];
    const running = await program.start(['soak', ...args]);
    const folder = await runWithSamples(out, 4);
    disk.fill();
    const said = lastComplaint(await running.done);
    expect(said).toEqual({
      code: 3,
      error: `cannot write to ${folder}: no space left on the disk`,
      hint: `what was measured so far can be read: resnet-bench report ${folder}`,
    });
    const written = await sampleLines(folder);
    const { code, stdout, stderr } = await program.run(['report', folder, '--format', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { run, targets } = parseRecord(stdout);
    expect(run.status).toBe('running');
    expect(targets[0]!.samples).toEqual(written.map(line => JSON.parse(line).sample));

    const full = lastComplaint(await program.run(['resume', folder]));
    expect(full).toMatchObject({ code: 3, error: expect.stringContaining('no space left on the disk') });
    expect(await sampleLines(folder)).toEqual(written);
    disk.free();
    expectNoComplaint(await program.run(['resume', folder, '--out', out]));
    expectEverySlotOnce(await recordIn(folder), 'local', { slots: 40, intervalMs: 100 });
  });
});
