/** Times as they came, each call by a sign that tells what it was. */
import type { RunRecord, Sample, Target } from '../../core/record.ts';
import { nearestRank } from '../../stats/percentile.ts';
import { waitOf } from '../facts.ts';
import { formatMs } from '../figures.ts';
import { mostOf } from '../target-facts.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';
import { type Point, pointsOf } from './points.ts';
import { TARGET_COLORS } from './style.ts';

export function colorOf(targets: readonly Target[], name: string): string {
  return TARGET_COLORS[targets.findIndex(target => target.name === name) % TARGET_COLORS.length] ?? 'currentColor';
}

export function keyOf(targets: readonly Target[]): (readonly [string, string])[] {
  return targets.map(({ name }) => [name, colorOf(targets, name)]);
}

/** Each call at its time. */
export function timeLine(page: Page, record: RunRecord): Child {
  const { targets, run } = record;
  const timing = waitOf(record);
  const all = targets.map(target => pointsOf(target, run.beganMs ?? 0, timing));
  const points = all.flatMap(({ points: some }) => some);
  if (points.length === 0) return undefined;
  const good = points.filter(({ sample }) => sample.outcome.ok);
  const bad = points.filter(({ sample }) => !sample.outcome.ok);
  const log = isWide(good.map(({ times }) => times[timing]!));
  const least = Math.min(...good.map(({ times }) => times[timing]!), Number.MAX_VALUE);
  const fill = ({ target }: Point) => colorOf(targets, target);
  const base = { x: 'seconds' as const, y: (point: Point) => point.times[timing]!, title: 'title' as const };
  const signs = SIGNS.map(sign => ({ ...sign, points: good.filter(({ sample }) => sign === signOf(sample)) }));
  const seen = signs.filter(({ points: some }) => some.length > 0);
  const drawn = all.reduce((sum, { points: some }) => sum + some.length, 0);
  const whole = all.reduce((sum, { of }) => sum + of, 0);
  const latest = mostOf(points.map(({ seconds }) => seconds)) ?? 0;
  const counts = seen.map(({ points: some, of }) => `${of}: ${some.length}`);
  return chart(
    page,
    {
      title: `Each call: ${timing === 'responseMs' ? 'response' : 'service'} time over the run`,
      description: `${[...counts, `failed calls: ${bad.length}`].join(', ')}, over ${latest.toFixed(0)} s. The figures stand in the tables.`,
      key: keyOf(targets),
      note: [
        ...seen.map(({ name, of }) => `${name}: ${of}`),
        ...(bad.length > 0 ? ['crosses at the foot: failed calls'] : []),
        ...(drawn < whole
          ? [
              `${drawn} of ${whole} calls drawn: all cold and failed ones up to a limit, and of each stretch the least and the greatest`,
            ]
          : []),
      ].join('; '),
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
        ...signs.map(({ points: some, mark }) => Plot.dot(some, { ...base, ...mark(fill) })),
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

type Color = (point: Point) => string;

/** What answered calls are drawn as. */
const SIGNS = [
  { name: 'dots', of: 'warm calls', mark: (fill: Color) => ({ fill, r: 2.2, fillOpacity: 0.75 }) },
  {
    name: 'triangles',
    of: 'calls of unknown start',
    mark: (fill: Color) => ({ fill, r: 3, symbol: 'triangle' as const, fillOpacity: 0.75 }),
  },
  {
    name: 'rings',
    of: 'calls that no figure counts (to warm up, or apart)',
    mark: (stroke: Color) => ({ stroke, r: 2.6, fill: 'var(--bg)' }),
  },
  {
    name: 'stars',
    of: 'cold starts',
    mark: (fill: Color) => ({ fill, r: 6, symbol: 'star' as const, stroke: 'currentColor', strokeWidth: 0.5 }),
  },
  {
    name: 'diamonds',
    of: 'first calls of environments made ahead (proactive)',
    mark: (fill: Color) => ({ fill, r: 4, symbol: 'diamond' as const, stroke: 'currentColor', strokeWidth: 0.5 }),
  },
] as const;

function signOf({ start, phase }: Sample): (typeof SIGNS)[number] {
  const [warm, unknown, apart, cold, proactive] = SIGNS;
  if (start === 'cold') return cold;
  if (start === 'proactive') return proactive;
  if (phase !== 'measured') return apart;
  return start === 'warm' ? warm : unknown;
}

/** Whether it takes a logarithmic axis. */
export function isWide(values: readonly number[]): boolean {
  const ascending = Float64Array.from(values).sort();
  if (ascending.length === 0 || ascending[0]! <= 0) return false;
  return ascending.at(-1)! > 10 * ascending[nearestRank(ascending.length, 50)]!;
}
