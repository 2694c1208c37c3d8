/** How times are spread: which share of the calls took at most so long, and how many about so long; a curve and a histogram a target and start kind. */
import type { RunRecord, StartKind, Target } from '../../core/record.ts';
import { nearestRank, supportsPercentile } from '../../stats/percentile.ts';
import { timesOf } from '../../stats/summary.ts';
import { callsOf, kindOfCalls, waitOf } from '../facts.ts';
import { formatMs } from '../figures.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';
import { evenly } from './points.ts';
import { colorOf, isWide } from './time-charts.ts';

/** Calls of one target and start kind: start kinds never share a distribution. */
interface Spread {
  readonly target: Target;
  readonly start: StartKind;
  readonly ascending: Float64Array;
  /** `lambda, 20 warm calls`. */
  readonly name: string;
  readonly color: string;
}

/** Warm calls and those of unknown start, each for itself; cold ones of a target that has no others. */
function spreads({ targets }: RunRecord, timing: string): Spread[] {
  return targets.flatMap(target => {
    const of = (start: StartKind): Spread[] => {
      const ascending = timesOfStart(target, start, timing);
      if (ascending.length === 0) return [];
      const own = colorOf(targets, target.name);
      const color = start === 'unknown' ? `color-mix(in srgb, ${own} 50%, var(--fg))` : own;
      return [{ target, start, ascending, name: `${target.name}, ${callsOf(ascending.length, start)}`, color }];
    };
    const usual = [...of('warm'), ...of('unknown')];
    return usual.length > 0 ? usual : [...of('cold'), ...of('proactive')].slice(0, 1);
  });
}

function timesOfStart({ samples }: Target, kind: StartKind, timing: string): Float64Array {
  return Float64Array.from(
    samples
      .filter(({ outcome, phase, start }) => outcome.ok && phase === 'measured' && start === kind)
      .map(sample => timesOf(sample)[timing]!),
  ).sort();
}

const MOST_STEPS = 400;
const MARKS = [50, 90, 95, 99];

/** Which share of the calls took at most so long, with the percentiles that the sample supports. */
export function cumulative(page: Page, record: RunRecord): Child {
  const timing = waitOf(record);
  const sides = spreads(record, timing);
  if (sides.length === 0) return undefined;
  const steps = sides.flatMap(({ name, color, ascending }) => {
    const ranks = evenly([...ascending.keys()], MOST_STEPS);
    return ranks.map(rank => ({ name, color, ms: ascending[rank]!, share: (rank + 1) / ascending.length }));
  });
  const marks = sides.flatMap(({ name, color, ascending }) =>
    MARKS.filter(percent => supportsPercentile(ascending.length, percent)).map(percent => ({
      ...{ color, ms: ascending[nearestRank(ascending.length, percent)]!, share: percent / 100, percent },
      title: `${name}: p${percent} ${formatMs(ascending[nearestRank(ascending.length, percent)]!)} ms`,
    })),
  );
  const log = isWide(steps.map(({ ms }) => ms)) || spansMuch(sides.map(({ ascending }) => ascending));
  return chart(
    page,
    {
      title: 'How many calls took at most so long',
      description: marks.map(({ title }) => title).join('; '),
      key: sides.map(({ name, color }) => [name, color]),
      note: 'dots: the percentiles that so many calls support',
    },
    {
      x: {
        label: `ms${log ? ' (logarithmic)' : ''}`,
        type: log ? 'log' : 'linear',
        grid: true,
        ...(log && { tickFormat: formatMs as never, ticks: 6 }),
      },
      y: { label: 'share of the calls', percent: true, domain: [0, 100], grid: true },
      marks: [
        Plot.line(steps, { x: 'ms', y: 'share', z: 'name', stroke: 'color', curve: 'step-after', strokeWidth: 2 }),
        Plot.dot(marks, { x: 'ms', y: 'share', fill: 'color', r: 4, title: 'title', stroke: 'var(--bg)' }),
        Plot.text(marks, {
          x: 'ms',
          y: 'share',
          text: ({ percent }) => `p${percent}`,
          dx: 8,
          dy: 8,
          textAnchor: 'start',
        }),
      ],
    },
  );
}

function spansMuch(sides: readonly Float64Array[]): boolean {
  const least = Math.min(...sides.map(ascending => ascending[0]!));
  const most = Math.max(...sides.map(ascending => ascending.at(-1)!));
  return least > 0 && most > 10 * least;
}

const BINS = 40;

/** How many calls took about so long, each on a scale of its own. */
export function histograms(page: Page, record: RunRecord): Child[] {
  const timing = waitOf(record);
  return spreads(record, timing).map(({ target, start, ascending, color }) => {
    const [least, most] = [ascending[0]!, ascending[nearestRank(ascending.length, 99)]!];
    const beyond = ascending.length - 1 - ascending.findLastIndex(ms => ms <= most);
    const width = (most - least) / BINS || 1;
    const counts = Array.from({ length: BINS }, () => 0);
    for (const ms of ascending) if (ms <= most) counts[Math.min(BINS - 1, Math.floor((ms - least) / width))]!++;
    const bars = counts.map((count, i) => ({
      ...{ count, lowMs: least + i * width, highMs: least + (i + 1) * width },
      title: `${count} calls from ${formatMs(least + i * width)} to ${formatMs(least + (i + 1) * width)} ms`,
    }));
    return chart(
      page,
      {
        title: `${target.name}: how many ${kindOfCalls(start)} took about so long`,
        description: `${ascending.length} calls from ${formatMs(least)} to ${formatMs(ascending.at(-1)!)} ms`,
        ...(beyond > 0 && {
          note: `${beyond} of ${ascending.length} calls lie further right, up to ${formatMs(ascending.at(-1)!)} ms`,
        }),
      },
      {
        ...{ height: 220, width: 560 },
        x: { label: 'ms' },
        y: { label: 'calls', grid: true },
        marks: [
          Plot.rectY(
            bars.filter(({ count }) => count > 0),
            { x1: 'lowMs', x2: 'highMs', y: 'count', fill: color, title: 'title' },
          ),
          Plot.ruleY([0]),
        ],
      },
    );
  });
}
