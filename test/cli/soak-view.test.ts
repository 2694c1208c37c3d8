/** What a soak shows while it runs: right numbers, in lines that fit. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { clockText } from '../../src/cli/clock-text.ts';
import { SoakView } from '../../src/cli/soak-view.ts';
import type { Sample } from '../../src/core/record.ts';
import { isFirstCall, START_KINDS } from '../../src/core/sample.ts';
import { formatMs } from '../../src/reports/figures.ts';
import { percentile } from '../../src/stats/percentile.ts';
import { lognormalTimes, seededRandom } from '../random.ts';
import { failedSample, sampleWith } from '../sample.ts';

const MINUTE_MS = 60_000;
/** What the run's clock showed when the measuring began. */
const BEGAN_MS = 4_321;

function viewOf(targets: readonly string[], { planned = 60, durationMs = 30 * MINUTE_MS } = {}): SoakView {
  return new SoakView({ targets, plannedByTarget: new Map(targets.map(name => [name, planned])), durationMs });
}

function answered(responseMs: number, changes: Partial<Sample> = {}): Sample {
  return sampleWith({ scheduledMs: 100, issuedMs: 107, completedMs: 100 + responseMs, ...changes });
}

function failed(kind: string, responseMs: number): Sample {
  return failedSample(kind, { scheduledMs: 100, issuedMs: 107, completedMs: 100 + responseMs });
}

/** Twenty-one minutes and a half of a soak in which this and that went wrong. */
function eventfulView(): SoakView {
  const view = viewOf(['lambda', 'local']);
  view.began(BEGAN_MS);
  view.add('lambda', answered(734, { start: 'cold' }));
  for (let i = 0; i < 41; i++) view.add('lambda', answered(45 + (i % 12)));
  view.add('lambda', answered(51.23));
  view.add('local', answered(140, { start: 'cold' }));
  view.add('local', failed('timeout', 3_001));
  view.add('local', failed('http-5xx', 12));
  for (let i = 0; i < 39; i++) view.add('local', answered(23 + (i % 4), { start: 'unknown' }));
  view.missed('local', 1);
  view.missed('local', 2);
  return view;
}

const nowAt = (minutes: number) => BEGAN_MS + minutes * MINUTE_MS;

describe('the lines', () => {
  it('before anything has begun', () => {
    expect(`\n${viewOf(['lambda', 'local']).lines(99_999, 100)}`).toBe(`
░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 30:00 · starting
lambda  0/60 · no call yet
local   0/60 · no call yet`);
  });

  it('before the first answer, and after a first one that failed', () => {
    const view = viewOf(['lambda', 'local']);
    view.began(BEGAN_MS);
    view.add('local', failed('timeout', 3_001));
    view.missed('lambda', 1);
    expect(`\n${view.lines(nowAt(0.1), 100)}`).toBe(`
░░░░░░░░░░░░░░░░░░░░░░░░  0:06 of 30:00 · 29:54 left
lambda  0/60 · no call yet · 1 missed
local   1/60 · last 3001 ms failed: timeout · p50 - p95 - · 1 failed: 1 timeout`);
  });

  it('on a wide terminal say it all', () => {
    expect(`\n${eventfulView().lines(nowAt(21.5), 110)}`).toBe(`
█████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
lambda  43/60 · last 51.2 ms warm · p50 50.0 p95 56.0 · 1 cold
local   42/60 · last 25.0 ms      · p50 24.0 p95 26.0 · 1 cold · 3 missed · 2 failed: 1 timeout, 1 http-5xx`);
  });

  it('leave the last call out where that does not fit', () => {
    expect(`\n${eventfulView().lines(nowAt(21.5), 90)}`).toBe(`
█████████████████░░░░░░░  21:30 of 30:00 · 8:30 left
lambda  43/60 · p50 50.0 p95 56.0 · 1 cold
local   42/60 · p50 24.0 p95 26.0 · 1 cold · 3 missed · 2 failed: 1 timeout, 1 http-5xx`);
  });

  it('on a narrow one keep what went wrong', () => {
    expect(`\n${eventfulView().lines(nowAt(21.5), 50)}`).toBe(`
███████████████░░░░░░░  21:30 of 30:00 · 8:30 left
lambda  43/60 · p50 50.0 p95 56.0 · 1 cold
local   42/60 · 1 cold · 3 missed · 2 failed: 1 t…`);
    expect(`\n${eventfulView().lines(nowAt(21.5), 24)}`).toBe(`
21:30 of 30:00 · 8:30 l…
lambda  43/60 · 1 cold
local   42/60 · 1 cold …`);
  });

  it('name every kind of failure, most frequent first, and both first calls', () => {
    const view = viewOf(['lambda']);
    view.began(BEGAN_MS);
    view.add('lambda', answered(800, { start: 'cold' }));
    view.add('lambda', answered(60, { start: 'proactive' }));
    for (const kind of ['reset', 'timeout', 'throttled', 'throttled', 'timeout', 'throttled']) {
      view.add('lambda', failed(kind, 10));
    }
    expect(view.lines(nowAt(3), 130).split('\n')[1]).toBe(
      'lambda  8/60 · last 10.0 ms failed: throttled · p50 - p95 - · 1 cold · 1 proactive · 6 failed: 3 throttled, 2 timeout, 1 reset',
    );
  });

  it('say how long it takes, to the end and beyond', () => {
    const view = viewOf(['local'], { durationMs: 90_500 });
    view.began(BEGAN_MS);
    const clockAt = (ms: number) => view.lines(BEGAN_MS + ms, 80).split('\n')[0];
    expect([-5, 0, 1, 1_000, 45_250, 90_499, 90_500, 99_000].map(clockAt)).toEqual([
      '░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 1:31 · 1:31 left',
      '░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 1:31 · 1:31 left',
      '░░░░░░░░░░░░░░░░░░░░░░░░  0:00 of 1:31 · 1:31 left',
      '░░░░░░░░░░░░░░░░░░░░░░░░  0:01 of 1:31 · 1:30 left',
      '████████████░░░░░░░░░░░░  0:45 of 1:31 · 0:46 left',
      '███████████████████████░  1:30 of 1:31 · 0:01 left',
      '████████████████████████  1:30 of 1:31 · waiting for the last answers',
      '████████████████████████  1:30 of 1:31 · waiting for the last answers',
    ]);
  });

  it('cannot be broken or coloured from outside', () => {
    const view = viewOf(['lambda']);
    view.began(BEGAN_MS);
    view.add('lambda', failed('a\nb\u001B[31m', 10));
    expect(view.lines(nowAt(3), 120).split('\n').slice(1)).toEqual([
      'lambda  1/60 · last 10.0 ms failed: a b\uFFFD[31m · p50 - p95 - · 1 failed: 1 a b\uFFFD[31m',
    ]);
    expect(view.line(nowAt(3))).toMatch(/, 1 failed \(1 a b\uFFFD\[31m\)$/);
  });
});

describe('the line of a log', () => {
  it('before anything has begun', () => {
    expect(viewOf(['lambda', 'local']).line(99_999)).toBe(
      '0:00 of 30:00 · lambda 0/60, no call yet | local 0/60, no call yet',
    );
  });

  it('says the same as the lines', () => {
    expect(eventfulView().line(nowAt(21.5))).toBe(
      '21:30 of 30:00 · lambda 43/60, p50 50.0 ms, p95 56.0 ms, 1 cold | local 42/60, p50 24.0 ms, p95 26.0 ms, 1 cold, 3 missed, 2 failed (1 timeout, 1 http-5xx)',
    );
  });

  it('has a dash where the calls are too few', () => {
    const view = viewOf(['lambda']);
    view.began(BEGAN_MS);
    view.add('lambda', answered(51));
    view.add('lambda', answered(51));
    expect(view.line(nowAt(1))).toBe('1:00 of 30:00 · lambda 2/60, p50 51.0 ms, p95 -');
  });
});

describe('of random soaks', () => {
  const random = seededRandom(11);
  const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;

  function randomSample(responseMs: number): Sample {
    const seconds = random() * 1_800;
    const frame = {
      scheduledMs: seconds * 1_000,
      issuedMs: seconds * 1_000,
      completedMs: seconds * 1_000 + responseMs,
    };
    if (random() < 0.2) return failedSample(one(['timeout', 'http-5xx', 'reset', 'throttled']), frame);
    return sampleWith({ ...frame, start: one(START_KINDS), phase: random() < 0.1 ? 'warmup' : 'measured' });
  }

  it('the numbers are those of the samples', () => {
    for (let round = 0; round < 50; round++) {
      const view = viewOf(['lambda']);
      view.began(0);
      const samples = lognormalTimes(1 + Math.floor(random() * 150), random).map(randomSample);
      for (const sample of samples) view.add('lambda', sample);
      const text = view.lines(MINUTE_MS, 300).split('\n')[1]!;
      const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);

      expect(number(/^lambda {2}(\d+)\/60 · /)).toBe(samples.length);
      const last = samples.at(-1)!;
      expect(text).toContain(`last ${formatMs(last.completedMs - last.scheduledMs)} ms`);
      const count = (is: (sample: Sample) => boolean) => samples.filter(is).length;
      expect(number(/ · (\d+) cold/)).toBe(count(({ start }) => start === 'cold'));
      expect(number(/ · (\d+) proactive/)).toBe(count(({ start }) => start === 'proactive'));
      expect(number(/ · (\d+) failed: /)).toBe(count(({ outcome }) => !outcome.ok));
      const kinds = [...(/ failed: ([^·]*)$/.exec(text)?.[1] ?? '').matchAll(/(\d+) ([\w-]+)/g)];
      for (const [, kindCount, kind] of kinds) {
        expect(Number(kindCount)).toBe(count(({ outcome }) => !outcome.ok && outcome.error.kind === kind));
      }
      expect(kinds.map(([, kindCount]) => Number(kindCount))).toEqual(
        kinds.map(([, kindCount]) => Number(kindCount)).sort((a, b) => b - a),
      );
      const times = Float64Array.from(
        samples
          .filter(({ outcome, phase, start }) => outcome.ok && phase === 'measured' && !isFirstCall(start))
          .map(({ scheduledMs, completedMs }) => completedMs - scheduledMs),
      ).sort();
      for (const percent of [50, 95]) {
        const exact = times.length === 0 ? null : percentile(times, percent);
        const shown = new RegExp(` p${percent} (\\S+)`).exec(text)![1]!;
        if (exact === null) expect(shown).toBe('-');
        // A percent of the buckets, and what rounding adds.
        else expect(Math.abs(Number(shown) / exact - 1)).toBeLessThan(0.016);
      }
    }
  });

  it('no line is longer than the terminal is wide, or ends in blanks', () => {
    const view = viewOf(['lambda', 'local', 'a-third-one'], { planned: 1_800 });
    view.began(0);
    for (const responseMs of lognormalTimes(600, random)) {
      const target = one(['lambda', 'local', 'a-third-one']);
      view.add(target, randomSample(responseMs * 10 ** Math.floor(random() * 4)));
      if (random() < 0.02) view.missed(target, 1);
      const columns = Math.floor(random() * 150);
      const lines = view.lines(random() * 40 * MINUTE_MS, columns).split('\n');
      expect(lines).toHaveLength(4);
      for (const line of lines) {
        expect([...line].length, line).toBeLessThanOrEqual(columns);
        if (!line.endsWith('…')) expect(line).toBe(line.trimEnd());
      }
    }
  });

  it('its memory does not grow', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const usedBytes = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const view = viewOf(['lambda']);
    const addMany = (count: number) => {
      for (let i = 0; i < count; i++) view.add('lambda', randomSample(20 + (i % 100)));
    };
    addMany(10_000);
    const before = usedBytes();
    addMany(200_000);
    // A number of each would be 1.6 MB.
    expect(usedBytes() - before).toBeLessThan(800_000);
    expect(view.line(0)).toContain('lambda 210000/60');
  });
});

describe('clockText', () => {
  it.each([
    [0, '0:00'],
    [5, '0:05'],
    [59, '0:59'],
    [60, '1:00'],
    [1_290, '21:30'],
    [3_599, '59:59'],
    [3_600, '1:00:00'],
    [7_390, '2:03:10'],
    [100_000, '27:46:40'],
  ])('%d s is %s', (seconds, text) => {
    expect(clockText(seconds)).toBe(text);
  });
});
