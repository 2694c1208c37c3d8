/** Busy windows in a row become one incident of the record. */
import { expect, it } from 'vitest';
import type { Incident, RecordHead } from '../../src/core/record.ts';
import { digestLines } from '../../src/runs/record-file.ts';
import type { SettledLine } from '../../src/runs/settled-lines.ts';

const busy = (fromMs: number, toMs: number, othersCpu: number): Incident => ({ kind: 'busy', fromMs, toMs, othersCpu });

async function incidentsOf(incidents: Incident[]): Promise<Incident[]> {
  async function* lines(): AsyncGenerator<SettledLine> {
    for (const incident of incidents) yield { incident };
  }
  return (await digestLines({ targets: [] as RecordHead['targets'] } as RecordHead, lines())).incidents;
}

it('those that touch are one, their shares weighed by their time', async () => {
  const slept: Incident = { kind: 'slept', fromMs: 12_000, toMs: 15_000 };
  expect(
    await incidentsOf([busy(0, 10_000, 0.4), slept, busy(10_000, 40_000, 0.8), busy(50_000, 60_000, 0.3)]),
  ).toEqual([busy(0, 40_000, 0.7), slept, busy(50_000, 60_000, 0.3)].sort((a, b) => a.fromMs - b.fromMs));
});
