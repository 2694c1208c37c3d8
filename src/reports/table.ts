/** The report for a terminal. */
import { printable } from '../core/printable.ts';
import type { Distribution, RunRecord, StartKind, Target } from '../core/record.ts';
import {
  describeCold,
  describeCounts,
  describeFailures,
  describeMachine,
  describeMemory,
  describeStatus,
  describeTarget,
  predictionsByImage,
  stagesOf,
} from './facts.ts';
import { formatMs, formatPercent, formatTail, formatWithInterval, UNKNOWN } from './figures.ts';
import { layout } from './layout.ts';

const BAR_CELLS = 16;

export function renderTable(record: RunRecord): string {
  const sections = [
    describeStatus(record.run),
    ...record.targets.flatMap(target => [
      [describeTarget(target), describeMachine(record.machine)].filter(Boolean).join(' · '),
      target.warnings.map(({ message, advice }) => `warning  ${message}\n         ${advice}`).join('\n'),
      predictionLines(record, target),
      ...(['warm', 'proactive', 'unknown'] as const).map(start => stageTable(target, start)),
      [describeCold(target), describeMemory(target)].filter(Boolean).join(' · '),
      describeFailures(target)
        .map(line => `failed  ${line}`)
        .join('\n'),
    ]),
  ];
  return printable(`${sections.filter(Boolean).join('\n\n')}\n`);
}

/** Each picture with its three best classes and bars in proportion. */
function predictionLines(record: RunRecord, target: Target): string {
  const rows = predictionsByImage(record, target).map(({ image, predictions }) => [
    image,
    ...predictions
      .slice(0, 3)
      .map(({ label, probability }) => `${label} ${formatPercent(probability)}  ${bar(probability)}`.trimEnd()),
  ]);
  return rows.length === 0 ? '' : layout(rows, 'left');
}

function bar(fraction: number): string {
  return '█'.repeat(Math.round(fraction * BAR_CELLS));
}

/** Times of the calls with that start; nothing when there were none. */
function stageTable(target: Target, start: StartKind): string {
  const times = target.summary[start];
  if (times === undefined) return '';
  const rows = stagesOf(times).map(([name, distribution]) => [name, ...cells(distribution)]);
  const head = ['ms', 'p50 [95 % CI]', 'p90', 'p95', 'p99', 'mean', 'min', 'max'];
  const table = layout([head, ...rows], 'right');
  return `${describeCounts(target, start)}\n${table}${legend(table)}`;
}

function cells(distribution: Distribution): string[] {
  return [
    formatWithInterval(distribution.p50, distribution.ci95.p50),
    formatTail(distribution, 'p90'),
    formatTail(distribution, 'p95'),
    formatTail(distribution, 'p99'),
    formatMs(distribution.mean),
    formatMs(distribution.min),
    formatMs(distribution.max),
  ];
}

/** Says what the signs mean, when there are any. */
function legend(table: string): string {
  const signs = [
    table.includes('>=') && '>= x: too few calls for an upper end; with 95 % confidence not below x',
    table.includes('...') && '...: too few calls for this end of the interval',
    table.includes(` ${UNKNOWN} `) && `${UNKNOWN}: too few calls for this percentile`,
  ].filter(Boolean);
  return signs.length === 0 ? '' : `\n${signs.join('\n')}`;
}
