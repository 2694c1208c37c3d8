/** Tests and corrections against worked examples of the literature and scipy 1.17, statsmodels 0.14; verdicts by simulation. */
import { describe, expect, it } from 'vitest';
import { lag1Autocorrelation } from '../../src/stats/autocorrelation.ts';
import { holm } from '../../src/stats/holm.ts';
import { mannWhitney } from '../../src/stats/mann-whitney.ts';
import { meanInterval } from '../../src/stats/mean-interval.ts';
import { judge } from '../../src/stats/verdict.ts';
import { normal, seededRandom } from '../random.ts';
import { SIMULATED } from '../simulated.ts';

describe('mannWhitney', () => {
  it('of the permeability of the human chorioamnion (Hollander, Wolfe, Chicken, example 4.1)', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const earlier = [1.15, 0.88, 0.9, 0.74, 1.21];
    const { u, pValue } = mannWhitney(term, earlier)!;
    expect(u).toBe(35);
    expect(pValue).toBeCloseTo(0.24462360512698333, 12);
    expect(mannWhitney(earlier, term)).toEqual({ u: 15, pValue });
  });

  it('of values with ties', () => {
    const one = [20, 21, 20, 22, 25, 20, 21, 23, 20, 20, 24, 21];
    const other = [22, 23, 23, 21, 25, 26, 22, 24, 23, 22];
    expect(mannWhitney(one, other)!.u).toBe(25.5);
    expect(mannWhitney(one, other)!.pValue).toBeCloseTo(0.02287296980142799, 12);
  });

  it('of values that are all the same, and of none', () => {
    expect(mannWhitney([1, 1], [1, 1])).toEqual({ u: 2, pValue: 1 });
    expect(mannWhitney([], [1])).toBeUndefined();
  });
});

describe('holm', () => {
  it.each([
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [
      [0.2, 0.001, 0.013, 0.04, 0.04, 0.9],
      [0.4, 0.006, 0.065, 0.16, 0.16, 0.9],
    ],
    [[], []],
  ])('of %j', (pValues, adjusted) => {
    for (const [i, p] of holm(pValues).entries()) expect(p).toBeCloseTo(adjusted[i]!, 12);
  });
});

describe('lag1Autocorrelation', () => {
  it('as statsmodels has it', () => {
    expect(lag1Autocorrelation([[3, 5, 4, 6, 8, 7, 9, 12, 10, 11]])).toBeCloseTo(0.60909091, 8);
  });

  it('does not pair the last value of a run with the first of the next', () => {
    expect(
      lag1Autocorrelation([
        [1, 2],
        [2, 1],
      ]),
    ).toBe(-0.5);
    expect(lag1Autocorrelation([[1, 2, 2, 1]])).toBe(-0.25);
  });

  it('is undefined for too few values, or values all the same', () => {
    expect(lag1Autocorrelation([[1, 2]])).toBeUndefined();
    expect(lag1Autocorrelation([[2, 2, 2, 2]])).toBeUndefined();
  });
});

describe('judge', () => {
  const random = seededRandom(7);
  const times = (count: number, median: number) =>
    Array.from({ length: count }, () => median * Math.exp(0.1 * normal(random)));
  const asked = (values: number[], baseline: number[]) => ({ values: [values], baseline: [baseline], paired: false });

  it('says faster, slower, no difference seen, and too few samples', () => {
    const base = times(50, 100);
    const verdicts = [times(50, 70), times(50, 140), times(50, 100), times(9, 10)].map(
      values => judge([asked(values, base)], 0)[0]!.verdict,
    );
    expect(verdicts).toEqual(['faster', 'slower', 'no difference seen', 'too few samples']);
  });

  it('sees no difference where one is real and less than the noise threshold', () => {
    const exact = (median: number) => Array.from({ length: 400 }, (_, i) => median * (1 + 0.0001 * (i % 7)));
    const [judged] = judge([asked(exact(101.5), exact(100))], 0);
    expect(judged!.ratio!.ci95![0]).toBeGreaterThan(1);
    expect(judged!.verdict).toBe('no difference seen');
  });

  it('corrects all but the headline', () => {
    const base = times(60, 100);
    // Each by itself just about different.
    const close = Array.from({ length: 400 }, () => times(60, 111)).find(values => {
      const pValue = judge([asked(values, base)], 0)[0]!.pValue!;
      return pValue > 0.02 && pValue < 0.045;
    })!;
    const metrics = Array.from({ length: 5 }, () => asked(close, base));
    const judged = judge(metrics, 2);
    expect(judged.map(({ verdict }) => verdict === 'slower')).toEqual([false, false, true, false, false]);
    expect(judged[0]!.pValue).toBeCloseTo(Math.min(1, 4 * judged[2]!.pValue!), 10);
  });
});

describe('what is said of simulated times', () => {
  const REPETITIONS = 2_000;
  // A tenth of the repetitions that the table in docs/statistics.md has; by chance a share may then lie 3 % off.
  const FEWER = 200;

  it.each([
    ['lognormal', 20, 20, true],
    ['lognormal', 20, 20, false],
    ['lognormal', 10, 200, false],
    ['bimodal 5/500', 20, 20, true],
    ['tied', 20, 20, false],
    ['AR(1) 0.5', 20, 20, true],
    ['AR(1) 0.5', 20, 400, false],
    ['AR(1) 0.7', 60, 60, true],
    ['AR(1) 0.9', 60, 60, false],
  ] as const)(
    '%s, %i against %i, in turns %s: a difference is seldom declared where there is none',
    (name, one, other, paired) => {
      const random = seededRandom(99);
      let declared = 0;
      for (let i = 0; i < FEWER; i++) {
        const [values, baseline] = [SIMULATED[name]!(one, random), SIMULATED[name]!(other, random)];
        const [judged] = judge([{ values: [values], baseline: [baseline], paired }], 0);
        if (judged!.verdict === 'faster' || judged!.verdict === 'slower') declared++;
      }
      expect(declared / FEWER).toBeLessThanOrEqual(0.08);
    },
  );

  it('a ratio of twenty against twenty is covered in about 95 of 100', () => {
    const random = seededRandom(98);
    let covered = 0;
    for (let i = 0; i < FEWER; i++) {
      const [values, baseline] = [SIMULATED.lognormal!(20, random), SIMULATED.lognormal!(20, random)];
      const [low, high] = judge([{ values: [values], baseline: [baseline], paired: false }], 0)[0]!.ratio?.ci95 ?? [
        0, 2,
      ];
      if (low <= 1 && 1 <= high) covered++;
    }
    expect(covered / FEWER).toBeGreaterThan(0.91);
  });

  it('values that resemble their neighbours too much are too few, however many', () => {
    const random = seededRandom(97);
    const [values, baseline] = [SIMULATED['AR(1) 0.9']!(300, random), SIMULATED['AR(1) 0.9']!(300, random)];
    const [judged] = judge([{ values: [values], baseline: [baseline.map(ms => ms * 2)], paired: false }], 0);
    expect(judged).toMatchObject({ verdict: 'too few samples', pValue: null, ratio: { ci95: null } });
  });

  it('the mean of sixty lognormal times', () => {
    const random = seededRandom(5);
    const truth = 100 * Math.exp(0.25 ** 2 / 2);
    let covered = 0;
    for (let i = 0; i < REPETITIONS; i++) {
      const [low, high] = meanInterval(SIMULATED.lognormal!(60, random))!.ci95!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / REPETITIONS).toBeGreaterThan(0.93);
    expect(covered / REPETITIONS).toBeLessThan(0.98);
  });

  it('a mean of fewer than ten has no interval, and one of none is undefined', () => {
    expect(meanInterval([1, 2, 3])).toEqual({ mean: 2, ci95: null });
    expect(meanInterval([])).toBeUndefined();
  });
});
