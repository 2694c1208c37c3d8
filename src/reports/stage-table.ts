/** Times of the calls with one start as a table for a terminal. */
import type { Distribution, StartKind, Target } from '../core/record.ts';
import { describeCounts } from './facts.ts';
import { formatMs, formatTail, formatWithInterval, UNKNOWN } from './figures.ts';
import { layout } from './layout.ts';
import { hasWire, isSeenByAws, isTraced, stagesOf, untoldStages } from './stages.ts';

const SCHEDULE_LEGEND = 'issue delay: how late a call left; response: from when it should have left';

/** Times of the calls with that start; nothing when there were none. */
export function stageTable(target: Target, start: StartKind, open: boolean): string {
  const times = target.summary[start];
  if (times === undefined) return '';
  const rows = stagesOf(times, open).map(([name, distribution]) => [name, ...cells(distribution)]);
  const head = ['ms', 'p50 [95 % CI]', 'p90', 'p95', 'p99', 'mean', 'min', 'max'];
  const table = layout([head, ...rows], 'right');
  return [
    describeCounts(target, start),
    table,
    ...legendOf(table),
    ...wireLegend(times, start),
    ...(open ? [SCHEDULE_LEGEND] : []),
  ].join('\n');
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
export function legendOf(table: string): string[] {
  return [
    table.includes('>=') && '>= x: too few calls for an upper end; with 95 % confidence not below x',
    table.includes('...') && '...: too few calls for this end of the interval',
    new RegExp(` ${UNKNOWN}( |$)`, 'm').test(table) && `${UNKNOWN}: too few calls for this percentile`,
  ].filter(line => line !== false);
}

/** What the times of a call over a network are, and which of them nobody told. */
function wireLegend(times: Readonly<Record<string, Distribution>>, start: StartKind): string[] {
  if (!hasWire(times)) return [];
  const untold = untoldStages(times);
  return [
    isTraced(times)
      ? 'network: service less service side; unexplained: service side less init (of a cold call) and handler'
      : 'outside: service less handler',
    'connect to download: service as the wire shows it; encode: once a picture, before it',
    ...(isSeenByAws(times)
      ? ['service side, invocation, overhead: by X-Ray (overhead comes after the answer); duration, billed: by the log']
      : []),
    ...(start === 'unknown' ? ['whether a call met a cold environment is unknown: the function does not tell'] : []),
    ...(untold.length > 0 ? [`unknown, because the function does not tell: ${untold.join(', ')}`] : []),
  ];
}
