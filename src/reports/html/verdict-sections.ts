/** What it comes to: the sentence, the figures one looks for first, the aspects, the thresholds. */
import type { RunRecord } from '../../core/record.ts';
import { aspectsOf } from '../aspects.ts';
import type { Comparison } from '../comparison.ts';
import { gateCells } from '../gates.ts';
import { recommend } from '../recommendation.ts';
import type { ReportOptions } from '../report-options.ts';
import { verdictLines } from '../verdict-text.ts';
import { list, section, table } from './blocks.ts';
import { cards } from './cards.ts';
import type { Child, Page } from './page.ts';

export function verdictSection(
  page: Page,
  record: RunRecord,
  comparison: Comparison | undefined,
  { terms, traffic }: ReportOptions,
): Child[] {
  const h = page.element.bind(page);
  const aspects = aspectsOf(record, comparison, terms);
  const verdicts = comparison === undefined ? [] : verdictLines(comparison);
  const advice = traffic && recommend(record, traffic, terms);
  return [
    ...verdicts.map(line => h('p', { class: 'verdict' }, line)),
    cards(page, record, comparison, terms),
    ...section(
      page,
      'Verdict',
      table(
        page,
        [
          ['aspect', 'measured', 'which says'],
          ...aspects.map(({ name, figures, sentence }) => [name, figures, sentence]),
        ],
        'each aspect with the figures of this run',
        { words: true },
      ),
      advice && h('p', { class: 'verdict' }, advice.verdict),
      advice && list(page, advice.because),
      !advice &&
        h(
          'p',
          { class: 'soft' },
          'for a recommendation name a traffic: resnet-bench report --format html --traffic "100/day"',
        ),
    ),
  ];
}

export function gatesSection(page: Page, { gates }: ReportOptions): Child[] {
  if (gates.length === 0) return [];
  return section(
    page,
    'Thresholds',
    table(page, gateCells(gates), `${gates.filter(({ held }) => held).length} of ${gates.length} held`, {
      words: true,
    }),
  );
}
