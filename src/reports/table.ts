/** The report for a terminal. */
import { printable } from '../core/printable.ts';
import type { RunRecord, Target, Warning } from '../core/record.ts';
import { type Comparison, compareTargets } from './comparison.ts';
import { describeFailures, describeStatus, predictionsByImage } from './facts.ts';
import { formatPercent } from './figures.ts';
import { layout } from './layout.ts';
import {
  comparisonCells,
  comparisonCounts,
  comparisonLegend,
  likenessLines,
  partLines,
  singleLines,
} from './side-by-side.ts';
import { legendOf, stageTable } from './stage-table.ts';
import {
  describeCold,
  describeEnvironments,
  describeFunction,
  describeMachine,
  describeMemory,
  describeTarget,
} from './target-facts.ts';

const BAR_CELLS = 16;

export function renderTable(record: RunRecord): string {
  const comparison = compareTargets(record);
  const sections = [
    describeStatus(record.run),
    ...(comparison === undefined
      ? record.targets.flatMap(target => targetSections(record, target))
      : [
          describeMachine(record.machine),
          ...record.targets.map(describe),
          warningLines(record.targets.flatMap(({ warnings }) => warnings)),
          predictionLines(record, comparison.baseline),
          ...comparisonSections(record, comparison),
          ...record.targets.map(failureLines),
        ]),
  ];
  return printable(`${sections.filter(Boolean).join('\n\n')}\n`);
}

function comparisonSections(record: RunRecord, comparison: Comparison): string[] {
  const table = layout(comparisonCells(comparison), 'right');
  return [
    [comparisonCounts(comparison), table, ...legendOf(table), ...comparisonLegend(comparison)].join('\n'),
    partLines(comparison).join('\n'),
    singleLines(comparison).join('\n'),
    likenessLines(record, comparison).join('\n'),
  ];
}

function targetSections(record: RunRecord, target: Target): (string | undefined)[] {
  const manyCold = (target.summary.cold?.serviceMs?.count ?? 0) > 1;
  return [
    describeFunction(target) === undefined
      ? [describeTarget(target), describeMachine(record.machine)].filter(Boolean).join(' · ')
      : `${describe(target)}\ncalled from ${describeMachine(record.machine)}`,
    warningLines(target.warnings),
    predictionLines(record, target),
    ...(['warm', 'proactive', 'unknown'] as const).map(start => stageTable(target, start)),
    manyCold ? stageTable(target, 'cold') : undefined,
    [describeCold(target), describeMemory(target), describeEnvironments(target)].filter(Boolean).join(' · '),
    failureLines(target),
  ];
}

/** What answers, and where. */
function describe(target: Target): string {
  const where = describeFunction(target) ?? 'in this process';
  return `${target.name}: ${where}\n${' '.repeat(target.name.length + 2)}${describeTarget(target)}`;
}

/** What several targets have in common is said once. */
function warningLines(warnings: readonly Warning[]): string {
  return [...new Set(warnings.map(({ message, advice }) => `warning  ${message}\n         ${advice}`))].join('\n');
}

function failureLines(target: Target): string {
  return describeFailures(target)
    .map(line => `failed  ${line}`)
    .join('\n');
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
