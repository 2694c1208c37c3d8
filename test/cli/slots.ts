/** Which slots a soak has sent or missed, by its record or on disk, and that none is lost or repeated. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RunRecord, recordHeadSchema, type Sample, sampleLineSchema } from '../../src/core/record.ts';
import { sampleLines } from './program.ts';

export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** In the order of their slots. */
export function samplesOf(record: RunRecord, target: string): Sample[] {
  const found = record.targets.find(({ name }) => name === target);
  if (found === undefined) throw new Error(`no target ${target}`);
  return [...found.samples].sort((a, b) => a.seq - b.seq);
}

export function missedBy(record: RunRecord, target: string): number[] {
  return record.incidents!.flatMap(incident =>
    incident.kind === 'missed' && incident.target === target
      ? upTo(incident.count).map(i => incident.firstSeq + i)
      : [],
  );
}

/**
 * Each slot was sent or missed, and once; those sent stand where the schedule has them, whatever befell the run. On a machine that stands
 * still for a while any slot may be missed: how many is for the caller to judge. Returns the samples.
 */
export function expectEverySlotOnce(
  record: RunRecord,
  target: string,
  { slots, intervalMs, firstMs = 0 }: { slots: number; intervalMs: number; firstMs?: number },
  what?: string,
): Sample[] {
  const samples = samplesOf(record, target);
  const all = [...samples.map(({ seq }) => seq), ...missedBy(record, target)].sort((a, b) => a - b);
  expect(all, what).toEqual(upTo(slots));
  const { beganMs = Number.NaN } = record.run;
  expect(
    samples.map(({ scheduledMs }) => scheduledMs),
    what,
  ).toEqual(samples.map(({ seq }) => beganMs + firstMs + seq * intervalMs));
  for (const { issuedMs, scheduledMs } of samples) expect(issuedMs, what).toBeGreaterThanOrEqual(scheduledMs);
  return samples;
}

/** Stretches in their order on both clocks, and none that ends before it began. */
export function expectSegmentsInOrder({ run }: RunRecord, what?: string): void {
  const offsets = run.segments.map(({ offsetMs }) => offsetMs);
  expect(offsets, what).toEqual([...offsets].sort((a, b) => a - b));
  const moments = run.segments.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt ?? run.endedAt!]);
  expect(moments, what).toEqual([...moments].sort());
}

/** Slots whose samples are on disk, by target. */
export async function slotsOnDisk(folder: string): Promise<Map<string, number[]>> {
  const slots = new Map<string, number[]>();
  for (const line of await sampleLines(folder)) {
    if (line.startsWith('{"incident"')) continue;
    const { target, sample } = sampleLineSchema.parse(JSON.parse(line));
    slots.set(target, [...(slots.get(target) ?? []), sample.seq]);
  }
  return slots;
}

/** Undefined when there is no record yet. */
export async function segmentsOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'record.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : recordHeadSchema.parse(JSON.parse(text)).run.segments.length;
}
