/** The report for a pull request, an issue or a paper. */
import { markdownTable } from 'markdown-table';
import { printable } from '../core/printable.ts';
import type { Distribution, RunRecord, Target } from '../core/record.ts';
import { cloudWatchCells, cloudWatchLegend } from './cloudwatch.ts';
import { describeColdStarts } from './cold-starts.ts';
import { compareTargets } from './comparison.ts';
import {
  describeFailures,
  describeSlots,
  describeStatus,
  describeUncalled,
  isOpenLoop,
  predictionsByImage,
} from './facts.ts';
import { formatMs, formatPercent, formatWithInterval } from './figures.ts';
import { describeIncidents } from './incidents.ts';
import { describeLoad, describeRate, LOAD_LEGEND, loadCells } from './load.ts';
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
import { describeFunction, describeMachine, describeRest, describeTarget } from './target-facts.ts';

export function renderMarkdown(record: RunRecord): string {
  const { run, tool, machine } = record;
  const blocks = [
    `## resnet-bench ${escapeMarkup(run.command)}: ${escapeMarkup(run.id)}`,
    escapeMarkup(
      `${tool.name} ${tool.version} · ${describeMachine(machine)} · onnxruntime ${machine.onnxruntime} · sharp ${machine.sharp}`,
    ),
    describeStatus(run),
    describeUncalled(record),
    describeSlots(record) ?? describeRate(record),
    list(describeIncidents(record).map(escapeMarkup)),
    ...(isSweep(record.run) ? sweepBlocks(record) : comparisonBlocks(record)),
    ...record.targets.flatMap(target => targetBlocks(record, target)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function sweepBlocks({ targets }: RunRecord): string[] {
  const cells = sweepCells(targets).map(row => row.map(escapeMarkup));
  return [
    '### Settings',
    markdownTable(cells, { align: ['l', ...cells[0]!.slice(1).map(() => 'r' as const)] }),
    list([...sweepLegend(targets), ...describeThreads(targets)].map(escapeMarkup)),
  ];
}

function comparisonBlocks(record: RunRecord): string[] {
  const comparison = compareTargets(record);
  if (comparison === undefined) return [];
  const lines = [...comparisonLegend(comparison), ...partLines(comparison), ...likenessLines(comparison)];
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

function list(lines: readonly string[]): string {
  return lines.map(line => `- ${line}`).join('\n');
}

/** Names come from files and models: they must not become markup. */
function escapeMarkup(text: string): string {
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
