/** Costs of records, computed by hand beside them; what is recommended, and on what. */
import { describe, expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { parseTraffic } from '../../src/core/traffic.ts';
import { breakEvens, costsOf, keepWarmUsd, millionUsd, usualStart } from '../../src/reports/cost.ts';
import { formatUsd } from '../../src/reports/cost-text.ts';
import { recommend } from '../../src/reports/recommendation.ts';
import { sampleWith } from '../sample.ts';
import { compared, recordOf } from './record.ts';

const TERMS = { prices: PRICES, freeTier: false };

/** Each warm call billed 100 ms and each cold one 1,000 ms at 1024 MB. */
function billed({
  frontDoor = 'url' as 'url' | 'http-api',
  requestBytes = 80_000,
  bill = true,
  local = true,
} = {}): RunRecord {
  const [here, there] = compared.targets;
  const call = (seq: number, changes: Partial<Sample>): Sample =>
    sampleWith({
      seq,
      completedMs: seq * 10 + 120,
      requestBytes,
      ...changes,
      timings: { ...(bill && { billedMs: changes.start === 'cold' ? 1_000 : 100 }) },
    });
  const samples = [
    call(0, { start: 'cold', completedMs: 1_100 }),
    ...Array.from({ length: 20 }, (_, i) => call(i + 1, {})),
  ];
  const served = Array.from({ length: 20 }, (_, seq) => sampleWith({ seq, completedMs: seq * 10 + 25 }));
  return recordOf(compared.run, [
    ...(local ? [{ ...here!, samples: served }] : []),
    { ...there!, info: { ...there!.info, frontDoor }, samples },
  ]);
}

describe('the cost of a record', () => {
  it('is by start kind, and by hand', () => {
    const { costs, unknown } = costsOf(billed(), TERMS);
    expect(unknown).toEqual([]);
    const [cost] = costs;
    expect(cost).toMatchObject({ memoryMb: 1_024, architecture: 'x86_64' });
    expect(cost!.starts.map(({ start, calls, billedMs }) => [start, calls, billedMs.mean])).toEqual([
      ['warm', 20, 100],
      ['cold', 1, 1_000],
    ]);
    // 0.1 GB-s and a request; a second and a request.
    expect(millionUsd(cost!.starts[0]!.usage, TERMS, 'x86_64')).toBeCloseTo(1.66667 + 0.2, 9);
    expect(millionUsd(cost!.starts[0]!.usage, TERMS, 'arm64')).toBeCloseTo(1.33334 + 0.2, 9);
    expect(millionUsd(cost!.starts[1]!.usage, TERMS, 'x86_64')).toBeCloseTo(16.6667 + 0.2, 9);
  });

  it('counts an HTTP API by the 512 KB', () => {
    const [small] = costsOf(billed({ frontDoor: 'http-api' }), TERMS).costs;
    const [large] = costsOf(billed({ frontDoor: 'http-api', requestBytes: 524_289 }), TERMS).costs;
    expect(millionUsd(usualStart(small!).usage, TERMS, 'x86_64')).toBeCloseTo(1.66667 + 0.2 + 1, 9);
    expect(millionUsd(usualStart(large!).usage, TERMS, 'x86_64')).toBeCloseTo(1.66667 + 0.2 + 2, 9);
  });

  it('breaks even with a server where a hand says, dearer calls sooner', () => {
    const [cost] = costsOf(billed(), TERMS).costs;
    const [fargate] = breakEvens(cost!, TERMS);
    // 0.04937 an hour for 730 hours, by 1.86667 a million, in the 2,628,000 seconds of a month.
    expect(fargate!.monthUsd).toBeCloseTo(36.0401, 6);
    expect(fargate!.perSecond).toBeCloseTo(36.0401 / 1.86667e-6 / 2_628_000, 5);
    expect(fargate!.perSecond95![0]).toBeCloseTo(fargate!.perSecond!, 5);
  });

  it('of keeping warm is that of the calls: 8,760 each five minutes', () => {
    const [cost] = costsOf(billed(), TERMS).costs;
    expect(keepWarmUsd(cost!, 5, TERMS)).toBeCloseTo(8_760 * 1.86667e-6, 9);
  });

  it('is unknown, never 0, without billed times or a memory size', () => {
    expect(costsOf(billed({ bill: false }), TERMS)).toMatchObject({
      costs: [],
      unknown: [expect.stringContaining('no log line tells its billed time')],
    });
    const record = billed();
    const { memoryMb: _, ...info } = record.targets[1]!.info;
    const without = { ...record, targets: [record.targets[0]!, { ...record.targets[1]!, info }] };
    expect(costsOf(without, TERMS)).toMatchObject({
      costs: [],
      unknown: [expect.stringContaining('its memory size is not known')],
    });
  });
});

describe('a recommendation', () => {
  const of = (text: string, record = billed()) => recommend(record, parseTraffic(text)!, TERMS);

  it('for little traffic is the function, with the figures that it rests on', () => {
    const { verdict, because } = of('100/day');
    expect(verdict).toMatch(
      /^for 100\/day: lambda costs less \(0\.0513 USD a month at most, even if each call met a cold environment, against 28\.84 USD a month for 1 server\)$/,
    );
    expect(because.join('\n')).toContain('a call that met a cold one took 1100 ms');
  });

  it('for much traffic is a server, as many as its peak takes', () => {
    // 25 ms a call: forty a second each.
    expect(of('100/s').verdict).toMatch(
      /^for 100\/s: a server costs less \(86\.50 USD a month for 3 servers, against 490\.56 USD/,
    );
    expect(of('burst:50/s for 10m daily').because.join('\n')).toContain('2 servers');
  });

  it('between them depends on cold starts, and on what nobody measured', () => {
    expect(of('1/s').verdict).toContain('it depends on how many calls meet a cold environment');
    expect(of('20/s', billed({ local: false })).verdict).toContain('it depends on how many servers it takes');
  });

  it('is none without a cost', () => {
    expect(of('5/s', billed({ bill: false })).verdict).toContain(
      'no recommendation, because what a call of lambda costs is not known',
    );
  });
});

it.each([
  [0, '0'],
  [0.00000123, '0.00000123'],
  [0.0123, '0.0123'],
  [1.617, '1.62'],
  [1234.5, '1234.50'],
])('%d USD is %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});
