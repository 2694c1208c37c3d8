/** The report for a terminal. */
import { printable } from '../core/printable.ts';
import type { RunRecord, Target } from '../core/record.ts';
import { cloudWatchCells, cloudWatchLegend } from './cloudwatch.ts';
import { describeColdStarts } from './cold-starts.ts';
import { type Comparison, compareTargets } from './comparison.ts';
import { costsOf } from './cost.ts';
import { costLines } from './cost-text.ts';
import {
  describeFailures,
  describeSlots,
  describeStatus,
  describeUncalled,
  isOpenLoop,
  predictionsByImage,
} from './facts.ts';
import { formatPercent } from './figures.ts';
import { describeIncidents } from './incidents.ts';
import { layout } from './layout.ts';
import { differingPredictions } from './likeness.ts';
import { describeLoad, describeRate, LOAD_LEGEND, loadCells } from './load.ts';
import { recommend, recommendationText } from './recommendation.ts';
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
import { legendOf, stageTable } from './stage-table.ts';
import { describeThreads, isSweep, sweepCells, sweepLegend } from './sweep.ts';
import { describeFunction, describeMachine, describeRest, describeTarget } from './target-facts.ts';
import { verdictLines } from './verdict-text.ts';

const BAR_CELLS = 16;

export function renderTable(record: RunRecord, options = DEFAULT_REPORT): string {
  const sweep = isSweep(record.run);
  const comparison = sweep ? undefined : compareTargets(record);
  const sections = [
    describeStatus(record.run),
    describeUncalled(record),
    describeSlots(record) ?? describeRate(record),
    incidentLines(record),
    ...(sweep
      ? sweepSections(record, options)
      : comparison === undefined
        ? record.targets.flatMap(target => targetSections(record, target))
        : comparisonSections(record, comparison)),
    sweep ? '' : costSection(record, options),
    options.traffic === undefined ? '' : recommendationText(recommend(record, options.traffic, options.terms)),
  ];
  return printable(`${sections.filter(Boolean).join('\n\n')}\n`);
}

function costSection(record: RunRecord, { terms }: ReportOptions): string {
  const { costs, unknown } = costsOf(record, terms);
  return costLines(costs, unknown, terms).join('\n');
}

function targetSections(record: RunRecord, target: Target): (string | undefined)[] {
  return [
    describeFunction(target) === undefined
      ? [describeTarget(target), describeMachine(record.machine)].filter(Boolean).join(' · ')
      : `${describe(target)}\ncalled from ${describeMachine(record.machine)}`,
    warningLines([target]),
    predictionLines(record, target),
    [...describeColdStarts(record, target), ...describeLoad(record, target)].join('\n'),
    loadTable(record, target),
    ...stageTables(target, isOpenLoop(record.run)),
    describeRest(target),
    cloudWatchTable(target),
    failureLines(target, ''),
  ];
}

function sweepSections(record: RunRecord, { terms }: ReportOptions): (string | undefined)[] {
  const { targets, machine } = record;
  const [first] = targets;
  if (first === undefined) return [];
  return [
    describeMachine(machine),
    [describeFunction(first) && `${first.name}: ${describeFunction(first)}`, describeTarget(first)]
      .filter(Boolean)
      .join('\n'),
    warningLines(targets),
    predictionLines(record, first),
    [layout(sweepCells(record, terms), 'right'), ...sweepLegend(record, terms)].join('\n'),
    describeThreads(targets).join('\n'),
    ...targets.map(target => failureLines(target, `${target.name}: `)),
  ];
}

function cloudWatchTable(target: Target): string {
  const cells = cloudWatchCells(target);
  return cells.length === 0 ? '' : [layout(cells, 'right'), ...cloudWatchLegend(target)].join('\n');
}

function loadTable(record: RunRecord, target: Target): string {
  const cells = loadCells(record, target);
  return cells.length === 0 ? '' : `${layout(cells, 'right')}\n${LOAD_LEGEND}`;
}

function comparisonSections(record: RunRecord, comparison: Comparison): (string | undefined)[] {
  const { baseline, others, rows } = comparison;
  const sides = [baseline, ...others];
  const table = rows.length === 0 ? '' : layout(comparisonCells(comparison), 'right');
  return [
    describeMachine(record.machine),
    ...record.targets.map(describe),
    warningLines(record.targets),
    ...(likeAnswers(comparison)
      ? [predictionLines(record, baseline.target)]
      : sides.map(({ target }) => named(target, predictionLines(record, target)))),
    ...(rows.length > 0
      ? [
          [
            ...comparisonCounts(comparison),
            ...(isOpenLoop(record.run) ? delayLines(comparison) : []),
            table,
            ...legendOf(table),
            ...comparisonLegend(comparison),
          ].join('\n'),
        ]
      : [
          NOTHING_TO_COMPARE,
          ...sides.flatMap(({ target }) =>
            stageTables(target, isOpenLoop(record.run)).map(text => named(target, text)),
          ),
        ]),
    verdictLines(comparison).join('\n'),
    partLines(comparison).join('\n'),
    record.targets
      .flatMap(target => describeColdStarts(record, target).map(line => `${target.name}: ${line}`))
      .join('\n'),
    record.targets.map(target => `${target.name}: ${describeRest(target)}`).join('\n'),
    likenessLines(comparison).join('\n'),
    ...record.targets.map(target => named(target, cloudWatchTable(target))),
    ...record.targets.map(target => failureLines(target, `${target.name}: `)),
  ];
}

function likeAnswers({ baseline, others }: Comparison): boolean {
  return others.every(other => differingPredictions(baseline, other).differ.length === 0);
}

/** Of each kind of start that a table can be made of; a single cold call is told in a line. */
function stageTables(target: Target, open: boolean): string[] {
  const many = (start: 'cold' | 'proactive') => (target.summary[start]?.serviceMs?.count ?? 0) > 1;
  const starts = ['warm' as const, 'unknown' as const, ...(['proactive', 'cold'] as const).filter(many)];
  return starts.map(start => stageTable(target, start, open)).filter(text => text !== '');
}

function named(target: Target, text: string): string {
  return text === '' ? '' : `${target.name}\n${text}`;
}

/** What answers, and where. */
function describe(target: Target): string {
  const where = describeFunction(target) ?? 'in this process';
  return `${target.name}: ${where}\n${' '.repeat(target.name.length + 2)}${describeTarget(target)}`;
}

/** Of several targets each says whose it is; of the model, which they share, it is said once. */
function warningLines(targets: readonly Target[]): string {
  const lines = targets.flatMap(({ name, warnings }) =>
    warnings.map(({ code, message, advice }) => {
      const whose = targets.length === 1 || code === 'synthetic-weights' ? '' : `${name}: `;
      return `warning  ${whose}${message}\n         ${advice}`;
    }),
  );
  return [...new Set(lines)].join('\n');
}

function incidentLines(record: RunRecord): string {
  return describeIncidents(record)
    .map(line => `noticed  ${line}`)
    .join('\n');
}

function failureLines(target: Target, whose: string): string {
  return describeFailures(target)
    .map(line => `failed  ${whose}${line}`)
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
