/** Targets and settings side by side, where the time goes, cost, times. */
import type { RunRecord } from '../../core/record.ts';
import type { Comparison } from '../comparison.ts';
import { costsOf } from '../cost.ts';
import { costCells, costLegend, keepWarmLine, MONTH_RATES, monthCells, pricesName, serverCells } from '../cost-text.ts';
import { isOpenLoop } from '../facts.ts';
import type { ReportOptions } from '../report-options.ts';
import {
  comparisonCells,
  comparisonCounts,
  comparisonLegend,
  delayLines,
  likenessLines,
  NOTHING_TO_COMPARE,
  partLines,
} from '../side-by-side.ts';
import { describeThreads, isSweep, sweepCells, sweepLegend } from '../sweep.ts';
import { evidenceText } from '../verdict-text.ts';
import { details, list, MOST_TARGETS, section, table } from './blocks.ts';
import { costCurve } from './cost-chart.ts';
import type { Child, Page } from './page.ts';
import { gapChart, partsChart, waterfalls } from './part-charts.ts';
import { cumulative, histograms } from './spread-charts.ts';
import { timeLine } from './time-charts.ts';

export function sweepSection(page: Page, record: RunRecord, { terms }: ReportOptions): Child[] {
  return section(
    page,
    'Settings',
    table(page, sweepCells(record, terms), 'a row a setting'),
    list(page, [...sweepLegend(record, terms), ...describeThreads(record.targets)]),
  );
}

export function comparisonSection(page: Page, record: RunRecord, comparison: Comparison | undefined): Child[] {
  if (comparison === undefined) return [];
  const { rows, headline } = comparison;
  const cells = comparisonCells(comparison);
  const judged = rows.find(({ timing, percentile }) => timing === headline && percentile === 'p50')?.judged ?? [];
  return section(
    page,
    'Side by side',
    list(page, [...comparisonCounts(comparison), ...(isOpenLoop(record.run) ? delayLines(comparison) : [])]),
    cells.length > 1
      ? table(page, cells, 'medians, percentiles and ratios of calls in turns')
      : page.element('p', {}, NOTHING_TO_COMPARE),
    list(page, [
      ...comparisonLegend(comparison),
      ...judged.flatMap((one, i) =>
        one === undefined ? [] : [`${comparison.others[i]!.target.name}: ${evidenceText(one)}`],
      ),
      ...likenessLines(comparison),
    ]),
  );
}

export function partsSection(page: Page, record: RunRecord, comparison: Comparison | undefined): Child[] {
  const many = record.targets.length > MOST_TARGETS;
  return section(
    page,
    'Where the time goes',
    ...(comparison === undefined ? [] : gapChart(page, comparison)),
    ...partsChart(page, record),
    list(page, comparison === undefined ? [] : partLines(comparison)),
    ...(many
      ? []
      : record.targets.map(target => details(page, `Single calls of ${target.name}`, ...waterfalls(page, target)))),
  );
}

export function costSection(page: Page, record: RunRecord, { terms }: ReportOptions): Child[] {
  const { costs, unknown } = costsOf(record, terms);
  if (isSweep(record.run)) return [];
  return section(
    page,
    'Cost',
    ...costs.map(cost => costCurve(page, cost, terms)),
    costs.length > 0 && table(page, costCells(costs, terms), `by billed time, ${pricesName(terms)}`),
    ...costs.flatMap(cost => [
      table(page, serverCells(cost, terms), `${cost.target.name} against servers, ${pricesName(terms)}`),
      table(page, monthCells(cost, terms), `a month of ${cost.target.name}, ${pricesName(terms)}`, {
        order: MONTH_RATES,
      }),
    ]),
    list(page, [
      ...(costs.length > 0 ? costLegend(costs, terms) : []),
      ...costs.map(cost => keepWarmLine(cost, terms)),
      ...unknown,
    ]),
  );
}

export function timesSection(page: Page, record: RunRecord): Child[] {
  return section(
    page,
    'Times',
    timeLine(page, record),
    cumulative(page, record),
    page.element('div', { class: 'grid' }, ...histograms(page, record).slice(0, MOST_TARGETS)),
  );
}
