/** Where the time goes: the gap between targets, the parts of a call, and single calls. */
import type { RunRecord, Sample, StartKind, Target } from '../../core/record.ts';
import { gapOf, initBeforeMs, type Parts, partsOf } from '../call-parts.ts';
import type { Comparison } from '../comparison.ts';
import { kindOfCalls } from '../facts.ts';
import { formatMs, formatSignedMs } from '../figures.ts';
import { gapNames } from '../side-by-side.ts';
import { stageName } from '../stages.ts';
import { barName, waterfallOf } from '../waterfall.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';

const PART_COLORS: Readonly<Record<string, string>> = {
  networkMs: 'var(--c4)',
  initMs: 'var(--c5)',
  unexplainedMs: 'var(--soft)',
  'outside the handler': 'color-mix(in srgb, var(--c4) 45%, var(--bg))',
  parseMs: 'var(--c3)',
  preprocessMs: 'var(--c2)',
  inferenceMs: 'var(--c0)',
  postprocessMs: 'var(--c1)',
  'rest of the handler': 'var(--line)',
};

/** What each part takes more of the other than of the baseline; together they are the gap. */
export function gapChart(page: Page, { baseline, others }: Comparison): Child[] {
  const theirs = partsOf(baseline.calls);
  return others.flatMap(other => {
    const ours = partsOf(other.calls);
    if (ours === undefined || theirs === undefined) return [];
    const { serviceMs, parts } = gapOf(ours, theirs);
    const names = gapNames(baseline, other);
    const bars = parts
      .map(([name, ms]) => ({ name: names(name), ms, title: `${names(name)}: ${formatSignedMs(ms)} ms` }))
      .sort((a, b) => b.ms - a.ms);
    return chart(
      page,
      {
        title: `Why ${other.target.name} takes ${formatMs(Math.abs(serviceMs))} ms ${serviceMs < 0 ? 'less' : 'more'} than ${baseline.target.name}, by means`,
        description: bars.map(({ title }) => title).join('; '),
      },
      {
        ...{ height: 55 + bars.length * 28, marginLeft: 220, marginRight: 70 },
        x: { label: `ms more than ${baseline.target.name}`, grid: true },
        y: { label: null, domain: bars.map(({ name }) => name) },
        marks: [
          Plot.barX(bars, {
            x: 'ms',
            y: 'name',
            fill: ({ ms }) => (ms < 0 ? 'var(--c2)' : 'var(--c1)'),
            title: 'title',
          }),
          Plot.ruleX([0]),
          Plot.text(bars, {
            x: ({ ms }) => Math.max(0, ms),
            y: 'name',
            text: ({ ms }) => formatSignedMs(ms),
            dx: 4,
            textAnchor: 'start',
          }),
        ],
      },
    );
  });
}

const STARTS: readonly StartKind[] = ['warm', 'unknown', 'cold', 'proactive'];

/** Means of the parts, a bar a target and start kind. */
export function partsChart(page: Page, { targets }: RunRecord): Child[] {
  const bars = targets.flatMap(target => STARTS.flatMap(start => barOf(target, start)));
  if (bars.length === 0) return [];
  const names = [...new Set(bars.flatMap(({ parts }) => parts.parts.map(([name]) => name)))];
  const segments = bars.flatMap(({ label, parts }) => {
    let at = 0;
    return parts.parts.map(([name, ms]) => {
      const beginMs = at;
      at += ms;
      return {
        label,
        name,
        beginMs,
        endMs: at,
        title: `${label}\n${stageName(name)} ${formatMs(ms)} ms of ${formatMs(parts.serviceMs)}`,
      };
    });
  });
  const totals = bars.map(({ label, parts }) => ({ label, ms: parts.serviceMs }));
  const draw = (kinds: readonly StartKind[], title: string) => {
    const labels = bars.filter(({ start }) => kinds.includes(start)).map(({ label }) => label);
    if (labels.length === 0) return [];
    const drawn = segments.filter(({ label }) => labels.includes(label));
    const key = names.filter(name => drawn.some(segment => segment.name === name));
    return [
      chart(
        page,
        {
          title,
          description: bars
            .filter(({ label }) => labels.includes(label))
            .map(
              ({ label, parts }) =>
                `${label}: ${parts.parts.map(([name, ms]) => `${stageName(name)} ${formatMs(ms)}`).join(', ')}, together ${formatMs(parts.serviceMs)} ms`,
            )
            .join('; '),
          key: key.map(name => [stageName(name), PART_COLORS[name] ?? 'var(--c3)']),
        },
        {
          ...{ height: 65 + labels.length * 40, marginLeft: 195, marginRight: 70 },
          x: { label: 'ms, means: medians do not add up', grid: true },
          y: { label: null, domain: labels },
          marks: [
            Plot.barX(drawn, {
              x1: 'beginMs',
              x2: 'endMs',
              y: 'label',
              fill: ({ name }) => PART_COLORS[name] ?? 'var(--c3)',
              title: 'title',
              insetRight: 0.5,
            }),
            Plot.text(
              totals.filter(({ label }) => labels.includes(label)),
              { x: 'ms', y: 'label', text: ({ ms }) => formatMs(ms), dx: 4, textAnchor: 'start' },
            ),
          ],
        },
      ),
    ];
  };
  return [
    ...draw(['warm'], 'Where the time of a warm call goes'),
    ...draw(['unknown'], 'Where the time of a call of unknown start goes'),
    ...draw(['cold', 'proactive'], 'Where the time of a cold call goes'),
  ];
}

function barOf(target: Target, start: StartKind): { label: string; start: StartKind; parts: Parts }[] {
  const { name, samples } = target;
  const calls = samples.filter(sample => sample.start === start && sample.outcome.ok && sample.phase === 'measured');
  const parts = partsOf(calls);
  if (parts === undefined) return [];
  const label = `${name}, ${parts.count} ${start}`;
  const before = start === 'cold' ? initBeforeMs(target) : undefined;
  if (before === undefined) return [{ label, start, parts }];
  // Beside a function's cold start stands all that starting anew takes here.
  const whole = { ...parts, serviceMs: parts.serviceMs + before, parts: [['initMs', before] as const, ...parts.parts] };
  return [{ label: `${label}, init before it`, start, parts: whole }];
}

/** Single calls, part by part. */
export function waterfalls(page: Page, target: Target): Child[] {
  return singleCalls(target).map(([what, sample]) => {
    const { bars, notes } = waterfallOf(sample);
    const rows = bars.map((bar, i) => ({
      ...bar,
      label: `${'   '.repeat(bar.depth)}${barName(bar)}`,
      key: String(i),
      title: `${barName(bar)}: ${formatMs(bar.endMs - bar.startMs)} ms, from ${formatMs(bar.startMs)} ms on`,
    }));
    return chart(
      page,
      {
        title: `${target.name}: the ${what} (${sample.seq}, ${sample.image})`,
        description: rows.map(({ title }) => title).join('; '),
        ...(notes.length > 0 && { note: notes.join('; ') }),
      },
      {
        ...{ height: 60 + rows.length * 20, marginLeft: 210, marginRight: 60, width: 760 },
        x: { label: 'ms since the call left', grid: true },
        y: {
          label: null,
          domain: rows.map(({ key }) => key),
          tickFormat: (key: string) => rows[Number(key)]!.label,
          tickSize: 0,
        },
        marks: [
          Plot.barX(rows, {
            x1: 'startMs',
            x2: ({ startMs, endMs }) => Math.max(endMs, startMs),
            y: 'key',
            fill: ({ depth }) => `var(--c${depth % 6})`,
            title: 'title',
          }),
          Plot.text(rows, {
            x: 'endMs',
            y: 'key',
            text: ({ startMs, endMs }) => formatMs(endMs - startMs),
            dx: 4,
            textAnchor: 'start',
          }),
        ],
      },
    );
  });
}

/** Of warm calls and those of unknown start the median and the slowest of each, and a cold one. */
function singleCalls({ samples }: Target): [string, Sample][] {
  const good = samples.filter(({ outcome, phase }) => outcome.ok && phase === 'measured');
  const byTime = (kind: StartKind) =>
    good
      .filter(({ start }) => start === kind)
      .sort((a, b) => a.completedMs - a.issuedMs - (b.completedMs - b.issuedMs));
  const middle = (some: readonly Sample[]) => some[Math.ceil(some.length / 2) - 1];
  const usual = (['warm', 'unknown'] as const).flatMap(start => {
    const calls = byTime(start);
    const name = kindOfCalls(start, 1);
    const pair: [string, Sample | undefined][] = [
      [`median ${name}`, middle(calls)],
      [`slowest ${name}`, calls.length > 1 ? calls.at(-1) : undefined],
    ];
    return pair;
  });
  const cold = byTime('cold');
  const calls = [...usual, [cold.length > 1 ? 'median cold call' : 'cold call', middle(cold)] as const];
  return calls.filter((call): call is [string, Sample] => call[1] !== undefined);
}
