/** Costs of records, computed by hand beside them; what is recommended, and on what. */
import { describe, expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { parseTraffic } from '../../src/core/traffic.ts';
import { breakEvens, costsOf, keepWarmUsd, millionUsd, usualStart } from '../../src/reports/cost.ts';
import { renderCost } from '../../src/reports/cost-report.ts';
import { costCells, costLines, formatUsd, serverCells } from '../../src/reports/cost-text.ts';
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

  it('of an HTTP API whose requests have no known size is the least, and says so', () => {
    const record = billed({ frontDoor: 'http-api' });
    const [, there] = record.targets;
    const samples = there!.samples.map(({ requestBytes: _, ...sample }) => sample);
    const { costs } = costsOf(recordOf(record.run, [{ ...there!, samples }]), TERMS);
    expect(usualStart(costs[0]!).usage).toMatchObject({ httpApiUnits: 1, atLeast: true });
    expect(costCells(costs, TERMS)[1]!.slice(5)).toEqual(['>= 0.00000287', '>= 2.87 [2.87, 2.87]', '>= 2.53']);
    expect(serverCells(costs[0]!, TERMS)[1]![2]).toMatch(/^<= 4\.78/);
    expect(costLines(costs, [], TERMS).join('\n')).toContain(
      'whether lambda sends more than a unit of an HTTP API a call is not known: costs are at least these',
    );
  });

  it('of an unknown architecture says so in lines, and whose calls no log line tells', () => {
    const record = billed();
    const [, there] = record.targets;
    const { cpuModel: _, ...info } = { ...there!.info, emulated: false };
    const samples = there!.samples.map(sample => (sample.seq === 3 ? { ...sample, timings: {} } : sample));
    const lines = costLines(costsOf(recordOf(record.run, [{ ...there!, info, samples }]), TERMS).costs, [], TERMS);
    expect(lines.join('\n')).toContain('architecture not known, counted as x86_64;');
    expect(lines.slice(-2)).toEqual([
      '      which architecture lambda runs on is not known: counted as x86_64',
      '      of 1 call of lambda no log line tells the billed time',
    ]);
  });

  it('says in text and Markdown too that whether one server carries a rate is another question', () => {
    for (const format of ['table', 'md'] as const) {
      expect(renderCost(billed(), { terms: TERMS, gates: [] }, format)).toContain(
        'whether one carries such a rate is another question',
      );
    }
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
      /^for 100\/day: lambda costs less \(0\.0513 USD a month at most, even if each call met a cold environment, against 30\.37 USD a month for 1 server \(EC2 t3\.medium\)\)$/,
    );
    expect(because.join('\n')).toContain('a call that met a cold one took 1100 ms');
  });

  it('for much traffic is a server, as many as its peak takes', () => {
    // 25 ms a call: forty a second each.
    expect(of('100/s').verdict).toMatch(
      /^for 100\/s: a server costs less \(195\.46 USD a month for 3 servers \(EC2 c7i\.large\), against 490\.56 USD/,
    );
    // On average 0.35 a second, of which a burstable one sustains eight.
    expect(of('burst:50/s for 10m daily').because.join('\n')).toContain('2 servers (EC2 t3.medium)');
  });

  it('between them depends on cold starts, and on what nobody measured', () => {
    expect(of('1/s').verdict).toContain('it depends on how many calls meet a cold environment');
    expect(of('20/s', billed({ local: false })).verdict).toContain('it depends on how many servers it takes');
  });

  it('says of what no cold call tells that it is not known', () => {
    const record = billed();
    const [here, there] = record.targets;
    const samples = there!.samples.map(sample => (sample.start === 'cold' ? { ...sample, timings: {} } : sample));
    const { verdict, because } = of('100/day', recordOf(record.run, [here!, { ...there!, samples }]));
    expect(verdict).toMatch(
      /lambda costs less if no call meets a cold environment; what cold ones cost is not known \(0\.00568 USD/,
    );
    expect(verdict).not.toContain('at most');
    expect(because).toContain('of 1 call of lambda no log line tells the billed time');
  });

  it('counts servers only by a pace that was measured on as many processors of their architecture', () => {
    const with64 = (threads: number, arch: string) => {
      const record = billed();
      const [here, there] = record.targets;
      const machine = { ...record.machine!, arch, cpuCount: 64 };
      return { ...record, machine, targets: [{ ...here!, info: { ...here!.info, threads } }, there!] };
    };
    expect(of('100/s', with64(2, 'x64')).because.join('\n')).toContain('3 servers (EC2 c7i.large)');
    expect(of('100/s', with64(2, 'arm64')).because.join('\n')).toContain('3 servers (EC2 c7g.large (Arm))');
    // 40 calls a second on 64 processors are 0.625 on one and 1.25 on two.
    const { verdict, because } = of('100/s', with64(64, 'x64'));
    expect(verdict).toMatch(
      /^for 100\/s: it depends on how many servers it takes, .*, how many of which it takes is not known\)$/,
    );
    expect(because.join('\n')).toContain('80 servers (EC2 c7g.large (Arm))');
    expect(because.join('\n')).toContain('counted by processors alone, so that how many it takes is not known');
    // What costs less than the cheapest single one costs less than any number of them.
    expect(of('100/day', with64(64, 'x64')).verdict).toContain('lambda costs less');
  });

  it('says that servers are counted with nothing in reserve, and takes none without the memory', () => {
    expect(of('100/s').because.join('\n')).toContain(
      'at the peak each may be busy all of its time, nothing in reserve',
    );
    const record = billed();
    const [here, there] = record.targets;
    const samples = here!.samples.map(sample => ({ ...sample, memory: { peakRssMb: 5_000 } }));
    expect(of('100/s', recordOf(record.run, [{ ...here!, samples }, there!])).verdict).toBe(
      'for 100/s: no recommendation, because no server of the price list has the 5000 MB that this process took at most',
    );
  });

  it('of bursts tells the silence before each, and the calls that may be cold at once', () => {
    // 120 ms a call, fifty a second.
    expect(of('burst:50/s for 10m daily').because.join('\n')).toContain(
      'a burst follows 24 h without a call, so that its first 6 calls or more may each meet a cold environment',
    );
    expect(of('50/s').because.join('\n')).not.toContain('cold environment: AWS');
  });

  it('of an unknown architecture or front door claims no more than is known', () => {
    const without = (name: 'emulated' | 'frontDoor', traffic: string) => {
      const record = billed({ frontDoor: 'http-api' });
      const [here, there] = record.targets;
      const { frontDoor, cpuModel: _, ...rest } = there!.info;
      const info = name === 'emulated' ? { ...rest, frontDoor: frontDoor!, emulated: false } : rest;
      return of(traffic, { ...record, targets: [here!, { ...there!, info }] });
    };
    // 1.53 to 1.87 USD a million calls, and 1 for the HTTP API: 66.5 to 75.3 against 65.15 at 10/s, 30.6 to 34.6 against 30.37.
    expect(without('emulated', '4.5/s').verdict).toMatch(/it depends on its architecture, and on how many calls/);
    expect(without('emulated', '4.5/s').because).toContain(
      'which architecture lambda runs on is not known: counted as x86_64',
    );
    expect(without('frontDoor', '100/day').verdict).toMatch(
      /it depends on what its front door costs.* a month or more/,
    );
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
