/** Costs alone, of a run. */
import type { RunRecord } from '../core/record.ts';
import { breakEvens, costsOf, usualStart } from './cost.ts';
import { costCells, costDoubts, costLegend, keepWarmLine, monthCells, serverCells } from './cost-text.ts';
import type { TextFormat } from './index.ts';
import { layout } from './layout.ts';
import { costBlocks } from './markdown.ts';
import { recommend, recommendationText } from './recommendation.ts';
import type { ReportOptions } from './report-options.ts';

export function renderCost(record: RunRecord, options: ReportOptions, format: TextFormat): string {
  if (format === 'json') return `${JSON.stringify(costFigures(record, options), null, 2)}\n`;
  if (format === 'md') return `${costBlocks(record, options).filter(Boolean).join('\n\n')}\n`;
  const { terms, traffic } = options;
  const { costs, unknown } = costsOf(record, terms);
  const sections = [
    `cost of ${record.run.id}`,
    ...(costs.length === 0
      ? []
      : [
          layout(costCells(costs, terms), 'right'),
          ...costs.flatMap(cost => [
            layout(serverCells(cost, terms), 'right'),
            layout(monthCells(cost, terms), 'right'),
            keepWarmLine(cost, terms),
          ]),
          costLegend(costs, terms).join('\n'),
        ]),
    unknown.join('\n'),
    traffic === undefined ? '' : recommendationText(recommend(record, traffic, terms)),
  ];
  const nothing =
    costs.length === 0 && unknown.length === 0 ? ['this run called no function: nothing of it was billed'] : [];
  return `${[...sections, ...nothing].filter(Boolean).join('\n\n')}\n`;
}

/** For a program: what is not known is absent. */
function costFigures(record: RunRecord, { terms, traffic }: ReportOptions): object {
  const { costs, unknown } = costsOf(record, terms);
  return {
    run: record.run.id,
    freeTier: terms.freeTier,
    prices: terms.prices,
    targets: costs.map(cost => ({
      name: cost.target.name,
      memoryMb: cost.memoryMb,
      ...(cost.architecture !== undefined && { architecture: cost.architecture }),
      usualStart: usualStart(cost).start,
      starts: cost.starts,
      breakEven: breakEvens(cost, terms),
    })),
    doubts: costDoubts(costs),
    unknown,
    ...(traffic !== undefined && { traffic, recommendation: recommend(record, traffic, terms) }),
  };
}
