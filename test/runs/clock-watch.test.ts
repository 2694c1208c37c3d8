/** What is noticed of a machine's sleep and of its wall clock, on made-up clocks and on the real ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ClockNews, type ClockReading, ClockWatch, readClocks } from '../../src/runs/clock-watch.ts';
import { normal, seededRandom } from '../random.ts';

/** What a row says happened on the way to the next reading. */
interface Step {
  readonly awakeMs: number;
  readonly sleptMs?: number;
  readonly setMs?: number;
}

/** Of the last of the steps. */
function newsOf(steps: readonly Step[], uptimeOf: (ms: number) => number): ClockNews {
  const watch = new ClockWatch();
  let [monotonicMs, passedMs, wallMs] = [0, 0, 1_800_000_000_123];
  let news = watch.add({ monotonicMs, uptimeMs: uptimeOf(passedMs), wallMs });
  for (const { awakeMs, sleptMs = 0, setMs = 0 } of steps) {
    expect(news).toEqual({});
    monotonicMs += awakeMs;
    passedMs += awakeMs + sleptMs;
    wallMs += awakeMs + sleptMs + setMs;
    news = watch.add({ monotonicMs, uptimeMs: uptimeOf(passedMs), wallMs });
  }
  return news;
}

const second = { awakeMs: 1_000 };
const HOUR_MS = 3_600_000;
const EXACT_UPTIMES = { 'in hundredths': (ms: number) => Math.floor((ms + 4_321_230) / 10) * 10 };
const COARSE_UPTIMES = {
  'in seconds': (ms: number) => Math.floor((ms + 4_321_000) / 1_000) * 1_000,
  'in seconds, about to change': (ms: number) => Math.floor((ms + 4_321_999) / 1_000) * 1_000,
};

describe.each(Object.entries({ ...EXACT_UPTIMES, ...COARSE_UPTIMES }))('with an uptime %s', (_, uptimeOf) => {
  it.each<[string, Step[], ClockNews]>([
    ['nothing', [second], {}],
    ['nothing for long', Array.from({ length: 100 }, () => second), {}],
    ['a stop of this process', [second, { awakeMs: HOUR_MS }], {}],
    ['a night of sleep', [second, { awakeMs: 1_000, sleptMs: 8 * HOUR_MS }], { sleptMs: 8 * HOUR_MS }],
    ['a sleep of four seconds', [second, { awakeMs: 1_000, sleptMs: 4_000 }], { sleptMs: 4_000 }],
    ['a sleep within a long stop', [{ awakeMs: HOUR_MS, sleptMs: HOUR_MS }], { sleptMs: HOUR_MS }],
    ['a clock set forward a little', [second, { awakeMs: 1_000, setMs: 1_500 }], { jumpedMs: 1_500 }],
    ['a clock set back a little', [second, { awakeMs: 1_000, setMs: -1_500 }], { jumpedMs: -1_500 }],
    ['a clock set to 1970', [{ awakeMs: 1_000, setMs: -1_800_000_000_000 }], { jumpedMs: -1_800_000_000_000 }],
    ['a leap second', [second, { awakeMs: 1_000, setMs: -1_000 }], {}],
    ['a clock turned slowly', Array.from({ length: 7_200 }, () => ({ awakeMs: 1_000, setMs: 0.5 })), {}],
    ['a clock turned slowly during a stop', [{ awakeMs: 8 * HOUR_MS, setMs: 0.0005 * 8 * HOUR_MS }], {}],
  ])('tells %s', (_, steps, expected) => {
    const { sleptMs, jumpedMs, ...others } = newsOf(steps, uptimeOf);
    expect(Object.keys(others)).toEqual([]);
    expectAbout(sleptMs, expected.sleptMs, 10);
    expectAbout(jumpedMs, expected.jumpedMs, 10);
  });

  it('tells apart a sleep and a clock that is set with it', () => {
    const { sleptMs, jumpedMs } = newsOf([{ awakeMs: 500, sleptMs: 60_000, setMs: -5_000 }], uptimeOf);
    expectAbout(sleptMs, 60_000, 1_000);
    expectAbout(jumpedMs, -5_000, 1_000);
  });
});

it('tells a short sleep where the uptime is exact', () => {
  const { sleptMs } = newsOf([{ awakeMs: 1_000, sleptMs: 1_200 }], EXACT_UPTIMES['in hundredths']);
  expectAbout(sleptMs, 1_200, 10);
});

it('tells no sleep where the monotonic clock goes on through it', () => {
  const watch = new ClockWatch();
  watch.add({ monotonicMs: 0, uptimeMs: 1_000, wallMs: 5_000 });
  expect(watch.add({ monotonicMs: HOUR_MS, uptimeMs: HOUR_MS + 1_000, wallMs: HOUR_MS + 5_000 })).toEqual({});
});

it('takes an uptime that went back for no sleep and for no jump', () => {
  const watch = new ClockWatch();
  watch.add({ monotonicMs: 0, uptimeMs: 900_010, wallMs: 5_000 });
  expect(watch.add({ monotonicMs: 1_000, uptimeMs: 20, wallMs: 6_000 })).toEqual({});
});

function expectAbout(actual: number | undefined, expected: number | undefined, toleranceMs: number): void {
  if (expected === undefined) expect(actual).toBeUndefined();
  else expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(toleranceMs);
}

/** As rough as readings get: each clock is read up to 50 ms after the one before, the wall clock turned, readings late or lost. */
class RoughClocks {
  readonly #random: () => number;
  readonly #uptime: 'hundredths' | 'ticks' | 'macOS';
  #monotonicMs = 0;
  #passedMs = 0;
  #wallMs = 1_800_000_000_000.5;
  #bootMs: number;

  constructor(seed: number, uptime: 'hundredths' | 'ticks' | 'macOS') {
    this.#random = seededRandom(seed);
    this.#uptime = uptime;
    this.#bootMs = this.#wallMs - 1e9 * this.#random();
  }

  /** A second, as a rule; now and then a stop, up to a day. */
  wait(): void {
    const stopped = this.#random() < 0.01;
    this.pass(stopped ? 86_400_000 * this.#random() ** 8 : Math.max(0, 1_000 + 20 * normal(this.#random)));
  }

  pass(ms: number): void {
    this.#monotonicMs += ms;
    this.#passedMs += ms;
    this.#wallMs += ms * (1 + 0.0005 * (2 * this.#random() - 1));
  }

  sleep(ms: number): void {
    this.#passedMs += ms;
    this.#wallMs += ms;
  }

  set(byMs: number): void {
    this.#wallMs += byMs;
    this.#bootMs += byMs;
  }

  read(): ClockReading {
    const monotonicMs = this.#monotonicMs;
    this.pass(this.#random() ** 4 * 25);
    const wallMs = Math.floor(this.#wallMs);
    this.pass(this.#random() ** 4 * 25);
    return { monotonicMs, uptimeMs: this.#readUptime(), wallMs };
  }

  #readUptime(): number {
    if (this.#uptime === 'hundredths') return Math.floor(this.#passedMs / 10) * 10;
    if (this.#uptime === 'ticks') return Math.floor(Math.floor(this.#passedMs / 15.625) * 15.625);
    return 1_000 * (Math.floor(this.#wallMs / 1_000) - Math.floor(this.#bootMs / 1_000));
  }
}

describe.each(['hundredths', 'ticks', 'macOS'] as const)('rough readings, uptime as in %s', uptime => {
  const seeds = [1, 2, 3, 4, 5];
  const leastSeenMs = uptime === 'macOS' ? 4_000 : 1_500;

  it.each(seeds)('invents nothing (seed %i)', seed => {
    const clocks = new RoughClocks(seed, uptime);
    const watch = new ClockWatch();
    for (let i = 0; i < 5_000; i++) {
      expect(watch.add(clocks.read())).toEqual({});
      clocks.wait();
    }
  });

  it.each(seeds)('misses nothing, and says it once (seed %i)', seed => {
    const random = seededRandom(seed);
    const clocks = new RoughClocks(seed, uptime);
    const watch = new ClockWatch();
    watch.add(clocks.read());
    for (let i = 0; i < 1_000; i++) {
      const slept = random() < 0.5;
      const size = (slept ? leastSeenMs : 1_500) + 1e6 * random() ** 6;
      const byMs = slept || random() < 0.5 ? size : -size;
      clocks.pass(1_000 * random());
      if (slept) clocks.sleep(byMs);
      else clocks.set(byMs);
      clocks.pass(1_000 * random());
      const { sleptMs, jumpedMs } = watch.add(clocks.read());
      expectAbout(sleptMs, slept ? byMs : undefined, 60);
      expectAbout(jumpedMs, slept ? undefined : byMs, 60);
      clocks.wait();
      expect(watch.add(clocks.read())).toEqual({});
    }
  });
});

describe('the real clocks', () => {
  it('are read', () => {
    // A starved machine may discard a few.
    const readings = Array.from({ length: 100 }, readClocks).filter(reading => reading !== undefined);
    expect(readings.length).toBeGreaterThan(0);
    for (const { uptimeMs, wallMs } of readings) {
      expect(uptimeMs).toBeGreaterThan(0);
      expect(wallMs).toBeGreaterThan(1.7e12);
    }
  });

  it.runIf(process.platform !== 'win32')('show nothing of a stop, wherever it strikes', async () => {
    const reader = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('clock-reader.ts', import.meta.url))],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    try {
      const lines = createInterface(reader.stdout)[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe('ready');
      for (let i = 0; i < 3; i++) {
        await sleep(100);
        reader.kill('SIGSTOP');
        await sleep(1_500);
        reader.kill('SIGCONT');
      }
      reader.stdin.end();
      const result = JSON.parse((await lines.next()).value ?? '{}');
      expect(result).toMatchObject({ news: [] });
      expect(result.readings).toBeGreaterThan(1);
      // Readings were missing for as long as it was stopped.
      expect(result.longestMs).toBeGreaterThan(1_000);
      await once(reader, 'exit');
    } finally {
      reader.kill('SIGKILL');
    }
  });
});
