import { expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import { aspectsOf } from '../../src/reports/aspects.ts';
import { compared, recordOf } from './record.ts';

const TERMS = { prices: PRICES, freeTier: false };

it('performance in an open loop is what a user waits for: from when the call was due', () => {
  const [, lambda] = compared.targets;
  const samples = lambda!.samples.map(sample => ({ ...sample, scheduledMs: sample.scheduledMs - 500 }));
  const performance = (scenario: string) =>
    aspectsOf(recordOf({ ...compared.run, scenario }, [{ ...lambda!, samples }]), undefined, TERMS)[0]!.figures;
  expect(performance('open loop')).toBe('lambda: response p50 604 ms of 12 warm calls');
  expect(performance('closed loop')).toBe('lambda: service p50 104 ms of 12 warm calls');
});
