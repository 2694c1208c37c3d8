/** The report for a pull request, an issue or a paper. */
import { markdownTable } from 'markdown-table';
import { printable } from '../core/printable.ts';
import type { Distribution, RunRecord, Target } from '../core/record.ts';
import { cloudWatchCells, cloudWatchLegend } from './cloudwatch.ts';
import { describeColdStarts } from './cold-starts.ts';
import { compareTargets } from './comparison.ts';
import { costsOf } from './cost.ts';
import { costCells, costLegend, keepWarmLine, monthCells, serverCells } from './cost-text.ts';
import {
  describeFailures,
  describeSlots,
  describeStatus,
  describeUncalled,
  isOpenLoop,
  predictionsByImage,
} from './facts.ts';
import { formatMs, formatPercent, formatWithInterval } from './figures.ts';
import { type Gate, gateCells } from './gates.ts';
import { describeIncidents } from './incidents.ts';
import { describeLoad, describeRate, LOAD_LEGEND, loadCells } from './load.ts';
import { recommend } from './recommendation.ts';
import { DEFAULT_REPORT, type ReportOptions } from './report-options.ts';
import {
  comparisonCells,
  comparisonCounts,
  comparisonLegend,
  delayLines,
  likenessLines,
  NOTHING_TO_COMPARE,
  partLines,
} from './side-by-side.ts';
import { stagesOf, untoldStages } from './stages.ts';
import { describeThreads, isSweep, sweepCells, sweepLegend } from './sweep.ts';
import { describeFunction, describeMachine, describeRest, describeTarget, librariesOf } from './target-facts.ts';
import { verdictLines } from './verdict-text.ts';

export function renderMarkdown(record: RunRecord, options: ReportOptions = DEFAULT_REPORT): string {
  const { run, tool, machine } = record;
  const blocks = [
    `## resnet-bench ${escapeMarkup(run.command)}: ${escapeMarkup(run.id)}`,
    escapeMarkup([`${tool.name} ${tool.version}`, describeMachine(machine), ...librariesOf(machine)].join(' · ')),
    describeStatus(run),
    describeUncalled(record),
    describeSlots(record) ?? describeRate(record),
    ...gateBlocks(options.gates),
    list(describeIncidents(record).map(escapeMarkup)),
    ...(isSweep(record.run) ? sweepBlocks(record, options) : comparisonBlocks(record)),
    ...(isSweep(record.run) ? [] : costBlocks(record, options)),
    ...record.targets.flatMap(target => targetBlocks(record, target)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

/** A table from cells, the head first; the first column to the left. */
export function markdownCells(cells: readonly (readonly string[])[], align: 'l' | 'r' = 'r'): string {
  const escaped = cells.map(row => row.map(escapeMarkup));
  return markdownTable(escaped, { align: ['l', ...escaped[0]!.slice(1).map(() => align)] });
}

export function gateBlocks(gates: readonly Gate[]): string[] {
  return gates.length === 0 ? [] : ['### Thresholds', markdownCells(gateCells(gates), 'l')];
}

export function costBlocks(record: RunRecord, { terms, traffic }: ReportOptions): string[] {
  const { costs, unknown } = costsOf(record, terms);
  if (costs.length === 0 && unknown.length === 0) return [];
  const recommended = traffic && recommend(record, traffic, terms);
  return [
    '### Cost',
    ...(costs.length === 0
      ? []
      : [
          markdownCells(costCells(costs, terms)),
          ...costs.flatMap(cost => [markdownCells(serverCells(cost, terms)), markdownCells(monthCells(cost, terms))]),
        ]),
    list(
      [
        ...(costs.length === 0 ? [] : costLegend(costs, terms)),
        ...costs.map(cost => keepWarmLine(cost, terms)),
        ...unknown,
      ].map(escapeMarkup),
    ),
    ...(recommended === undefined
      ? []
      : [`**${escapeMarkup(recommended.verdict)}**`, list(recommended.because.map(escapeMarkup))]),
  ];
}

function sweepBlocks(record: RunRecord, { terms }: ReportOptions): string[] {
  const cells = sweepCells(record, terms).map(row => row.map(escapeMarkup));
  return [
    '### Settings',
    markdownTable(cells, { align: ['l', ...cells[0]!.slice(1).map(() => 'r' as const)] }),
    list([...sweepLegend(record, terms), ...describeThreads(record.targets)].map(escapeMarkup)),
  ];
}

function comparisonBlocks(record: RunRecord): string[] {
  const comparison = compareTargets(record);
  if (comparison === undefined) return [];
  const lines = [
    ...verdictLines(comparison),
    ...comparisonLegend(comparison),
    ...partLines(comparison),
    ...likenessLines(comparison),
  ];
  const cells = comparisonCells(comparison).map(row => row.map(escapeMarkup));
  return [
    '### Side by side',
    ...[...comparisonCounts(comparison), ...(isOpenLoop(record.run) ? delayLines(comparison) : [])].map(escapeMarkup),
    cells.length > 1
      ? markdownTable(cells, { align: ['l', ...cells[0]!.slice(1).map(() => 'r' as const)] })
      : NOTHING_TO_COMPARE,
    list(lines.map(escapeMarkup)),
  ];
}

function targetBlocks(record: RunRecord, target: Target): (string | undefined)[] {
  const untold = untoldStages(target.summary.warm ?? target.summary.unknown ?? {});
  return [
    `### ${escapeMarkup(target.name)}`,
    [describeTarget(target), describeFunction(target)]
      .filter(line => line !== undefined)
      .map(escapeMarkup)
      .join('\\\n'),
    list([...describeColdStarts(record, target), ...describeLoad(record, target)].map(escapeMarkup)),
    loadTable(record, target),
    stageTable(target, isOpenLoop(record.run)),
    untold.length > 0 ? `unknown, because the function does not tell: ${untold.join(', ')}` : undefined,
    escapeMarkup(describeRest(target)),
    cloudWatchTable(target),
    predictionTable(record, target),
    list(describeFailures(target).map(escapeMarkup)),
    list(
      target.warnings.map(({ message, advice }) => `**Warning:** ${escapeMarkup(message)}. ${escapeMarkup(advice)}.`),
    ),
  ];
}

function cloudWatchTable(target: Target): string {
  const cells = cloudWatchCells(target);
  if (cells.length === 0) return '';
  const table = markdownTable(cells, { align: ['l', 'r', 'r', 'l'] });
  return `${table}\n\n${list(cloudWatchLegend(target).map(escapeMarkup))}`;
}

function loadTable(record: RunRecord, target: Target): string {
  const cells = loadCells(record, target);
  if (cells.length === 0) return '';
  return `${markdownTable(cells, { align: cells[0]!.map(() => 'r' as const) })}\n\n${LOAD_LEGEND}`;
}

function stageTable({ summary }: Target, open: boolean): string {
  const rows = (['warm', 'unknown', 'proactive', 'cold'] as const).flatMap(start =>
    stagesOf(summary[start] ?? {}, open).map(([name, distribution]) => [start, name, ...cells(distribution)]),
  );
  if (rows.length === 0) return '';
  const head = [
    'start',
    'ms',
    'n',
    'p50 [95 % CI]',
    'p90 [95 % CI]',
    'p95 [95 % CI]',
    'p99 [95 % CI]',
    'mean',
    'min',
    'max',
  ];
  return markdownTable([head, ...rows], { align: ['l', 'l', ...Array<string>(8).fill('r')] });
}

function cells(distribution: Distribution): string[] {
  const { count, ci95, p50, p90, p95, p99, mean, min, max } = distribution;
  return [
    String(count),
    formatWithInterval(p50, ci95.p50),
    formatWithInterval(p90, ci95.p90),
    formatWithInterval(p95, ci95.p95),
    formatWithInterval(p99, ci95.p99),
    formatMs(mean),
    formatMs(min),
    formatMs(max),
  ];
}

function predictionTable(record: RunRecord, target: Target): string {
  const rows = predictionsByImage(record, target).map(({ image, predictions }) => [
    escapeMarkup(image),
    predictions.map(({ label, probability }) => `${escapeMarkup(label)} ${formatPercent(probability)}`).join(', '),
  ]);
  return rows.length === 0 ? '' : markdownTable([['picture', 'top five'], ...rows]);
}

export function list(lines: readonly string[]): string {
  return lines.map(line => `- ${line}`).join('\n');
}

/** Names come from files and models: they must not become markup. */
export function escapeMarkup(text: string): string {
  return (
    printable(text)
      .replaceAll('&', '&amp;')
      .replace(/[\\`*_~{}[\]<#|!]/g, '\\$&')
      // Neither a mention of somebody nor a link.
      .replaceAll('@', '&#64;')
      .replaceAll('://', '&#58;//')
      .replaceAll('\n', ' ')
  );
}
