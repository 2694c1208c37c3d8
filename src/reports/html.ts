/** The report that one opens: one file, whole in itself, from disk, for the screen, the telephone and paper. */
import type { RunRecord } from '../core/record.ts';
import { compareTargets } from './comparison.ts';
import { comparisonSection, costSection, partsSection, sweepSection, timesSection } from './html/figure-sections.ts';
import { headSection, notesSection, provenanceSection } from './html/head-sections.ts';
import { Page } from './html/page.ts';
import { panelsSection, predictionsSection, targetsSection } from './html/target-sections.ts';
import { gatesSection, verdictSection } from './html/verdict-sections.ts';
import { DEFAULT_REPORT, type ReportOptions } from './report-options.ts';
import { isSweep } from './sweep.ts';

export function renderHtml(record: RunRecord, options: ReportOptions = DEFAULT_REPORT): Iterable<string> {
  const page = new Page();
  const sweep = isSweep(record.run);
  const comparison = sweep ? undefined : compareTargets(record);
  const h = page.element.bind(page);
  const main = h(
    'main',
    { id: 'main' },
    ...headSection(page, record),
    ...notesSection(page, record),
    ...verdictSection(page, record, comparison, options),
    ...gatesSection(page, options),
    ...(sweep ? sweepSection(page, record, options) : comparisonSection(page, record, comparison)),
    ...partsSection(page, record, comparison),
    ...costSection(page, record, options),
    ...timesSection(page, record),
    ...targetsSection(page, record),
    ...panelsSection(page, record),
    ...predictionsSection(page, record),
    ...provenanceSection(page, record),
  );
  return page.render(`resnet-bench ${record.run.id}`, [
    h('a', { href: '#main', class: 'skip' }, 'to the report'),
    main,
  ]);
}
