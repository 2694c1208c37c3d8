/** Each target's figures, the dashboard, the answers. */
import type { Distribution, RunRecord, Target } from '../../core/record.ts';
import { cloudWatchCells, cloudWatchLegend } from '../cloudwatch.ts';
import { describeColdStarts } from '../cold-starts.ts';
import { isOpenLoop, predictionsByImage } from '../facts.ts';
import { formatMs, formatPercent, formatTail, formatWithInterval } from '../figures.ts';
import { describeLoad, LOAD_LEGEND, loadCells } from '../load.ts';
import { stagesOf, untoldStages } from '../stages.ts';
import { describeRest } from '../target-facts.ts';
import { list, MOST_TARGETS, section, table } from './blocks.ts';
import type { Child, Page } from './page.ts';
import { panels } from './resource-charts.ts';

const HEAD = ['ms', 'n', 'p50 [95 % CI]', 'p90', 'p95', 'p99', 'mean', 'min', 'max'];

export function targetsSection(page: Page, record: RunRecord): Child[] {
  return record.targets.flatMap(target => {
    const tables = (['warm', 'unknown', 'proactive', 'cold'] as const).flatMap(start => {
      const rows = stagesOf(target.summary[start] ?? {}, isOpenLoop(record.run)).map(([name, times]) => [
        name,
        ...stageCells(times),
      ]);
      return rows.length === 0 ? [] : [table(page, [HEAD, ...rows], `${target.name}: ${start} calls`)];
    });
    const load = loadCells(record, target);
    const cloudWatch = cloudWatchCells(target);
    const untold = untoldStages(target.summary.warm ?? target.summary.unknown ?? {});
    return section(
      page,
      `Figures of ${target.name}`,
      list(
        page,
        [
          ...describeColdStarts(record, target),
          ...describeLoad(record, target),
          describeRest(target),
          ...(untold.length > 0 ? [`unknown, because the function does not tell: ${untold.join(', ')}`] : []),
        ].filter(line => line !== ''),
      ),
      load.length > 0 && table(page, load, LOAD_LEGEND),
      ...tables,
      cloudWatch.length > 0 && table(page, cloudWatch, 'CloudWatch beside our own figures'),
      list(page, cloudWatchLegend(target)),
    );
  });
}

function stageCells(times: Distribution): string[] {
  const { count, ci95, p50, mean, min, max } = times;
  return [
    String(count),
    formatWithInterval(p50, ci95.p50),
    ...(['p90', 'p95', 'p99'] as const).map(percentile => formatTail(times, percentile)),
    ...[mean, min, max].map(formatMs),
  ];
}

export function panelsSection(page: Page, record: RunRecord): Child[] {
  if (record.targets.length > MOST_TARGETS) return [];
  return section(page, 'Dashboard', page.element('div', { class: 'grid' }, ...panels(page, record)));
}

export function predictionsSection(page: Page, record: RunRecord): Child[] {
  const rows = record.targets
    .slice(0, MOST_TARGETS)
    .flatMap((target: Target) =>
      predictionsByImage(record, target).map(({ image, predictions }) => [
        image,
        target.name,
        predictions.map(({ label, probability }) => `${label} ${formatPercent(probability)}`).join(', '),
      ]),
    );
  return section(
    page,
    'Answers',
    rows.length > 0 &&
      table(page, [['picture', 'target', 'top five'], ...rows], 'the first answer to each picture', { words: true }),
  );
}
