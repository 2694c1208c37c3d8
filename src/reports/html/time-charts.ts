/** Times as they came, how they are spread, and how many were how long. */
import type { RunRecord, Target } from '../../core/record.ts';
import { nearestRank, supportsPercentile } from '../../stats/percentile.ts';
import { timesOf } from '../../stats/summary.ts';
import { isOpenLoop } from '../facts.ts';
import { formatMs } from '../figures.ts';
import { mostOf } from '../target-facts.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';
import { evenly, type Point, pointsOf } from './points.ts';
import { TARGET_COLORS } from './style.ts';

/** What a user waits for. */
export function waitOf({ run }: RunRecord): string {
  return isOpenLoop(run) ? 'responseMs' : 'serviceMs';
}

export function colorOf(targets: readonly Target[], name: string): string {
  return TARGET_COLORS[targets.findIndex(target => target.name === name) % TARGET_COLORS.length] ?? 'currentColor';
}

export function keyOf(targets: readonly Target[]): (readonly [string, string])[] {
  return targets.map(({ name }) => [name, colorOf(targets, name)]);
}

/** Each call at its time; cold ones and failures by their signs. */
export function timeLine(page: Page, record: RunRecord): Child {
  const { targets, run } = record;
  const timing = waitOf(record);
  const all = targets.map(target => pointsOf(target, run.beganMs ?? 0, timing));
  const points = all.flatMap(({ points: some }) => some);
  if (points.length === 0) return undefined;
  const good = points.filter(({ sample }) => sample.outcome.ok);
  const bad = points.filter(({ sample }) => !sample.outcome.ok);
  const cold = good.filter(({ sample }) => sample.start === 'cold' || sample.start === 'proactive');
  const warm = good.filter(point => !cold.includes(point));
  const log = isWide(good.map(({ times }) => times[timing]!));
  const least = Math.min(...good.map(({ times }) => times[timing]!), Number.MAX_VALUE);
  const fill = ({ target }: Point) => colorOf(targets, target);
  const at = (point: Point) => point.times[timing]!;
  const base = { x: 'seconds' as const, y: at, title: 'title' as const, fill };
  const drawn = all.reduce((sum, { points: some }) => sum + some.length, 0);
  const whole = all.reduce((sum, { of }) => sum + of, 0);
  const latest = mostOf(points.map(({ seconds }) => seconds)) ?? 0;
  return chart(
    page,
    {
      title: `Each call: ${timing === 'responseMs' ? 'response' : 'service'} time over the run`,
      description: `${good.length} dots, ${cold.length} of them cold starts, ${bad.length} failed calls, over ${latest.toFixed(0)} s. The figures stand in the tables.`,
      key: keyOf(targets),
      note: `dots: warm calls; stars: cold starts${bad.length > 0 ? '; crosses at the foot: failed calls' : ''}${drawn < whole ? `; ${drawn} of ${whole} calls drawn: all cold and failed ones up to a limit, and of each stretch the least and the greatest` : ''}`,
    },
    {
      x: { label: 'seconds since the measuring began' },
      y: {
        label: `ms${log ? ' (logarithmic)' : ''}`,
        type: log ? 'log' : 'linear',
        grid: true,
        ...(log ? { nice: true, ticks: 5, tickFormat: formatMs as never } : { zero: true }),
      },
      marks: [
        Plot.dot(warm, { ...base, r: 2.2, fillOpacity: 0.75 }),
        Plot.dot(cold, { ...base, r: 6, symbol: 'star', stroke: 'currentColor', strokeWidth: 0.5 }),
        Plot.dot(bad, {
          x: 'seconds',
          y: () => (log ? least : 0),
          title: 'title',
          symbol: 'times',
          r: 5,
          stroke: 'var(--bad)',
        }),
      ],
    },
  );
}

function isWide(values: readonly number[]): boolean {
  const ascending = Float64Array.from(values).sort();
  if (ascending.length === 0 || ascending[0]! <= 0) return false;
  return ascending.at(-1)! > 10 * ascending[nearestRank(ascending.length, 50)]!;
}

/** Warm calls, or those of unknown start. */
function timesOfWarm({ samples }: Target, timing: string): Float64Array {
  return Float64Array.from(
    samples
      .filter(
        ({ outcome, phase, start }) => outcome.ok && phase === 'measured' && (start === 'warm' || start === 'unknown'),
      )
      .map(sample => timesOf(sample)[timing]!),
  ).sort();
}

/** Those that a target has calls for; cold ones of a run that has no others. */
function spreads({ targets }: RunRecord, timing: string): { target: Target; ascending: Float64Array; start: string }[] {
  return targets.flatMap(target => {
    const warm = timesOfWarm(target, timing);
    if (warm.length > 0) return [{ target, ascending: warm, start: 'warm' }];
    const cold = target.samples.filter(
      ({ outcome, phase, start }) => outcome.ok && phase === 'measured' && start === 'cold',
    );
    if (cold.length === 0) return [];
    return [{ target, ascending: Float64Array.from(cold.map(call => timesOf(call)[timing]!)).sort(), start: 'cold' }];
  });
}

const MOST_STEPS = 400;
const MARKS = [50, 90, 95, 99];

/** Which share of the calls took at most so long, with the percentiles that the sample supports. */
export function cumulative(page: Page, record: RunRecord): Child {
  const timing = waitOf(record);
  const sides = spreads(record, timing);
  if (sides.length === 0) return undefined;
  const steps = sides.flatMap(({ target, ascending }) => {
    const ranks = evenly([...ascending.keys()], MOST_STEPS);
    return ranks.map(rank => ({ target: target.name, ms: ascending[rank]!, share: (rank + 1) / ascending.length }));
  });
  const marks = sides.flatMap(({ target, ascending }) =>
    MARKS.filter(percent => supportsPercentile(ascending.length, percent)).map(percent => ({
      ...{ target: target.name, ms: ascending[nearestRank(ascending.length, percent)]!, share: percent / 100, percent },
      title: `${target.name} p${percent}: ${formatMs(ascending[nearestRank(ascending.length, percent)]!)} ms`,
    })),
  );
  const log = isWide(steps.map(({ ms }) => ms)) || spansMuch(sides.map(({ ascending }) => ascending));
  const color = ({ target }: { target: string }) => colorOf(record.targets, target);
  return chart(
    page,
    {
      title: 'How many calls took at most so long',
      description: marks.map(({ title }) => title).join('; '),
      key: keyOf(
        sides.map(({ target }) => target).length === record.targets.length
          ? record.targets
          : sides.map(({ target }) => target),
      ),
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
        Plot.line(steps, { x: 'ms', y: 'share', z: 'target', stroke: color, curve: 'step-after', strokeWidth: 2 }),
        Plot.dot(marks, { x: 'ms', y: 'share', fill: color, r: 4, title: 'title', stroke: 'var(--bg)' }),
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

/** How many calls took about so long, of each target on its own scale. */
export function histograms(page: Page, record: RunRecord): Child[] {
  const timing = waitOf(record);
  return spreads(record, timing).map(({ target, ascending, start }) => {
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
        title: `${target.name}: how many ${start} calls took about so long`,
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
            { x1: 'lowMs', x2: 'highMs', y: 'count', fill: colorOf(record.targets, target.name), title: 'title' },
          ),
          Plot.ruleY([0]),
        ],
      },
    );
  });
}
