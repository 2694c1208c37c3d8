/** Thresholds on cold starts, memory and cost where part of it is not known: none is kept by ignorance. */
import { expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import type { RunRecord, Sample, TargetInfo } from '../../src/core/record.ts';
import { parseThreshold, type Threshold } from '../../src/core/threshold.ts';
import { type Gate, gatesOf } from '../../src/reports/gates.ts';
import { sampleWith } from '../sample.ts';
import { compared, recordOf } from './record.ts';

const TERMS = { prices: PRICES, freeTier: false };

/** Twenty calls of a function with 1024 MB, 100 ms billed each. */
function calls(change: (sample: Sample) => Sample, more: Partial<TargetInfo> = {}): RunRecord {
  const [, lambda] = compared.targets;
  const samples = Array.from({ length: 20 }, (_, seq) => change(sampleWith({ seq, timings: { billedMs: 100 } })));
  return recordOf(compared.run, [{ ...lambda!, info: { ...lambda!.info, ...more }, samples }]);
}

function gate(record: RunRecord, text: string): Gate {
  return gatesOf(record, [parseThreshold(text) as Threshold], TERMS)[0]!;
}

it('calls of unknown start count as what would miss a limit on cold ones', () => {
  const start = ({ seq }: Sample) => (seq === 0 ? 'cold' : seq < 5 ? 'unknown' : 'warm');
  const record = calls(sample => ({ ...sample, start: start(sample) }));
  const reason = 'of 4 of 20 calls is not known whether they met a cold environment: counted as';
  expect(gate(record, 'lambda.coldShare<10%')).toMatchObject({ held: false, value: 0.25, reason: `${reason} cold` });
  expect(gate(record, 'lambda.coldShare<=25%')).toMatchObject({ held: true, value: 0.25 });
  expect(gate(record, 'lambda.coldShare>10%')).toMatchObject({ held: false, value: 0.05, reason: `${reason} warm` });
  const none = calls(sample => ({ ...sample, start: 'unknown' }));
  expect(gate(none, 'lambda.coldShare<=100%')).toMatchObject({ held: false, reason: expect.stringContaining('of no') });
});

it('a maximum of memory is by one measure that all calls have, or by what was resident where that is more, and not by it alone', () => {
  const by = (memory: (seq: number) => Sample['memory']) =>
    calls(sample => ({ ...sample, memory: memory(sample.seq) }));
  expect(
    gate(
      by(seq => ({ usedMb: 270, maxUsedMb: 280 + seq })),
      'lambda.maxMemoryMb<400',
    ),
  ).toMatchObject({
    ...{ held: true, value: 299, reason: 'Max Memory Used' },
  });
  expect(
    gate(
      by(seq => ({ usedMb: 410, maxUsedMb: 280 + seq })),
      'lambda.maxMemoryMb<400',
    ),
  ).toMatchObject({
    ...{ held: false, value: 410, reason: 'what was resident after a call, more than Max Memory Used' },
  });
  expect(
    gate(
      by(seq => (seq === 3 ? { maxUsedMb: 300 } : { usedMb: 500 })),
      'lambda.maxMemoryMb<400',
    ),
  ).toMatchObject({
    ...{ held: false, reason: 'Max Memory Used of 19 of 20 calls is not known: of the others 300 MB at most' },
  });
  expect(
    gate(
      by(() => ({ usedMb: 300 })),
      'lambda.maxMemoryMb<400',
    ),
  ).toMatchObject({
    ...{ held: false, reason: 'only what was resident after a call is known (300 MB at most), which is no maximum' },
  });
});

it('a cost is of calls that are all billed', () => {
  const text = 'lambda.usdPerMillion<5';
  expect(
    gate(
      calls(sample => sample),
      text,
    ),
  ).toMatchObject({ held: true, value: expect.closeTo(1.86667, 6) });
  const one = calls(sample => (sample.seq === 7 ? sample : { ...sample, timings: {} }));
  expect(gate(one, text)).toMatchObject({
    ...{ held: false, reason: 'the billed time of 19 of 20 calls that are not cold is not known' },
  });
});

it('a cost of an unknown architecture is that of the dearer one, or of the cheaper where much is asked for', () => {
  const { cpuModel: _, ...info } = compared.targets[1]!.info;
  const record = calls(sample => sample);
  const unknown = { ...record, targets: [{ ...record.targets[0]!, info: { ...info, emulated: false } }] };
  expect(gate(unknown, 'lambda.usdPerMillion<1.7')).toMatchObject({ held: false, value: expect.closeTo(1.86667, 6) });
  expect(gate(unknown, 'lambda.usdPerMillion>1.7')).toMatchObject({
    ...{
      held: false,
      value: expect.closeTo(1.53334, 6),
      reason: expect.stringContaining('at least by its architecture'),
    },
  });
});

it('a cost of which only the least is known keeps no upper limit', () => {
  const record = calls(sample => sample, { frontDoor: 'http-api' });
  expect(gate(record, 'lambda.usdPerMillion<500')).toMatchObject({
    ...{ held: false, reason: expect.stringContaining('what its front door costs is not known') },
  });
  expect(gate(record, 'lambda.usdPerMillion>2')).toMatchObject({ held: true, value: expect.closeTo(2.86667, 6) });
});
