/** How often the statistics say what is true: intervals and verdicts on simulated times whose truth is known. */
import { seededRandom } from '../src/core/random.ts';
import { percentileInterval } from '../src/stats/interval.ts';
import { meanInterval } from '../src/stats/mean-interval.ts';
import { judge } from '../src/stats/verdict.ts';
import { SIMULATED, type Simulated } from '../test/simulated.ts';
import { heading, say } from './print.ts';

/** Values a side. */
const COUNTS: readonly (readonly [number, number])[] = [
  [10, 10],
  [20, 20],
  [60, 60],
  [1_000, 1_000],
  [10, 200],
  [20, 400],
];
const REPETITIONS = 2_000;
/** Values from which the truth of a mean or median is taken. */
const MANY = 4_000_001;
const SEED = 20;

/** Shares of the repetitions, 0 to 1. */
interface Cell {
  readonly median: number;
  readonly mean: number;
  readonly inTurns: Ratio;
  readonly apart: Ratio;
}

interface Ratio {
  /** Of those that had an interval. */
  readonly covered: number;
  readonly declared: number;
  readonly tooFew: number;
}

export async function benchCoverage(): Promise<void> {
  heading(`coverage of 95 % intervals, and differences declared where there is none; ${REPETITIONS} repetitions each`);
  const ratio = ['declared', 'too few'];
  const head = ['times', 'n', 'median', 'mean', 'ratio, in turns', ...ratio, 'ratio, apart', ...ratio, 'by U test'];
  say(`| ${head.join(' | ')} |\n|${head.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`);
  for (const [name, simulated] of Object.entries(SIMULATED)) {
    const truth = truthOf(simulated);
    for (const count of COUNTS) {
      const { median, mean, inTurns, apart, byU } = cellOf(simulated, count, truth);
      const of = ({ covered, declared, tooFew }: Ratio) => [covered, declared, tooFew];
      const shares = [median, mean, ...of(inTurns), ...of(apart), byU];
      const cells = shares.map(share => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`));
      say(`| ${name} | ${[...new Set(count)].join(' against ')} | ${cells.join(' | ')} |`);
    }
  }
}

function truthOf(simulated: Simulated): { median: number; mean: number } {
  const values = Float64Array.from(simulated(MANY, seededRandom(SEED)));
  const mean = values.reduce((sum, value) => sum + value, 0) / MANY;
  return { median: values.sort()[(MANY - 1) / 2]!, mean };
}

function cellOf(
  simulated: Simulated,
  [count, others]: readonly [number, number],
  truth: { median: number; mean: number },
): Cell & { byU: number } {
  const random = seededRandom(SEED + count);
  const none = () => ({ covered: 0, declared: 0, tooFew: 0 });
  const tally = { median: 0, mean: 0, inTurns: none(), apart: none(), byU: 0 };
  for (let i = 0; i < REPETITIONS; i++) {
    const [one, other] = [simulated(count, random), simulated(others, random)];
    if (holds(percentileInterval(Float64Array.from(one).sort(), 50), truth.median)) tally.median++;
    if (holds(meanInterval(one)!.ci95!, truth.mean)) tally.mean++;
    for (const paired of count === others ? [true, false] : [false]) {
      const [judged] = judge([{ values: [one], baseline: [other], paired }], 0);
      const side = paired ? tally.inTurns : tally.apart;
      if (judged!.ratio!.ci95 === null) side.tooFew++;
      else if (holds(judged!.ratio!.ci95, 1)) side.covered++;
      if (judged!.verdict === 'faster' || judged!.verdict === 'slower') side.declared++;
      if (!paired && judged!.mannWhitney!.pValue <= 0.05) tally.byU++;
    }
  }
  const share = (times: number) => times / REPETITIONS;
  const shares = ({ covered, declared, tooFew }: Ratio): Ratio => ({
    ...{ covered: covered / (REPETITIONS - tooFew), declared: share(declared), tooFew: share(tooFew) },
  });
  const unmeasured = { covered: Number.NaN, declared: Number.NaN, tooFew: Number.NaN };
  return {
    ...{ median: share(tally.median), mean: share(tally.mean), byU: share(tally.byU) },
    ...{ inTurns: count === others ? shares(tally.inTurns) : unmeasured, apart: shares(tally.apart) },
  };
}

function holds([low, high]: readonly [number | null, number | null], truth: number): boolean {
  return (low ?? Number.NEGATIVE_INFINITY) <= truth && truth <= (high ?? Number.POSITIVE_INFINITY);
}
