/** The table of a sweep: at whose prices, on which processor, of which calls. */
import { expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import type { RunRecord, StartKind } from '../../src/core/record.ts';
import { DEFAULT_REPORT } from '../../src/reports/report-options.ts';
import { sweepCells, sweepLegend } from '../../src/reports/sweep.ts';
import { renderTable } from '../../src/reports/table.ts';
import { sampleWith } from '../sample.ts';
import { compared, recordOf } from './record.ts';

const TERMS = { prices: PRICES, freeTier: false };

/** Two settings, 100 ms billed each call, the latter five calls of a start of choice and slow. */
function swept({ arch = 'x64', emulated = true, last = 'warm' as StartKind } = {}): RunRecord {
  const { cpuModel: _, ...info } = compared.targets[1]!.info;
  const samples = Array.from({ length: 15 }, (_, seq) =>
    sampleWith({
      ...{ seq, start: seq < 10 ? 'warm' : last, completedMs: seq * 10 + (seq < 10 ? 20 : 900) },
      timings: { billedMs: 100 },
    }),
  );
  const setting = (name: string) => ({ name, info: { ...info, emulated }, warnings: [], samples });
  const record = recordOf({ ...compared.run, command: 'sweep' }, [setting('512 MB'), setting('1024 MB')]);
  return { ...record, machine: { ...record.machine!, arch } };
}

const usdOf = (record: RunRecord, terms = TERMS) => {
  const [head, row] = sweepCells(record, terms);
  return row![head!.indexOf('USD per million')];
};

it('is at the prices that were given', () => {
  const prices = { ...PRICES, asOf: '2030-01-01', lambda: { ...PRICES.lambda, requestUsd: 1e-5 } };
  expect([usdOf(swept()), usdOf(swept(), { ...TERMS, prices })]).toEqual(['1.87', '11.7']);
  const text = renderTable(swept(), { ...DEFAULT_REPORT, terms: { ...TERMS, prices } });
  expect(text).toContain('at the prices of 2030-01-01 in us-east-1, x86_64,');
});

it('is of the architecture that was measured, or says that it is not known', () => {
  expect(usdOf(swept({ arch: 'arm64' }))).toBe('1.53');
  expect(sweepLegend(swept({ arch: 'arm64' }), TERMS).join()).toContain('in us-east-1, arm64,');
  expect(sweepLegend(swept({ emulated: false }), TERMS).join()).toContain(
    'an architecture that is not known, counted as x86_64,',
  );
});

it('is of warm calls alone, and of calls of unknown start where there are no others', () => {
  const [, mixed] = sweepCells(swept({ last: 'unknown' }), TERMS);
  expect(mixed!.slice(1, 5)).toEqual(['10', '-', '20.0 [20.0, 20.0]', '20.0']);
  const none = swept();
  const unknown = {
    ...none,
    targets: none.targets.map(target => ({
      ...target,
      samples: target.samples.map(sample => ({ ...sample, start: 'unknown' as const })),
    })),
  };
  expect(sweepCells(unknown, TERMS)[1]![1]).toBe('15 of unknown start');
  expect(sweepLegend(unknown, TERMS)[0]).toMatch(/^of calls of unknown start; /);
});
