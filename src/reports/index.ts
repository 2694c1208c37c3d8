/** The map of the room: from a record to text. A report reads a record and nothing else. */
import type { RunRecord } from '../core/record.ts';
import type { ReportOptions } from './report-options.ts';

export const REPORT_FORMATS = ['table', 'json', 'csv', 'md', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Of costs, and of comparisons of runs. */
export const TEXT_FORMATS = ['table', 'md', 'json'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Text whole, or in pieces where it grows with the run. */
export type Reporter = (record: RunRecord, options: ReportOptions) => string | Iterable<string>;

/** Loaded only when asked for: `--help` needs none of them. */
export async function loadReporter(format: ReportFormat): Promise<Reporter> {
  switch (format) {
    case 'table':
      return (await import('./table.ts')).renderTable;
    case 'json':
      return (await import('./json.ts')).renderJson;
    case 'csv':
      return (await import('./csv.ts')).renderCsv;
    case 'md':
      return (await import('./markdown.ts')).renderMarkdown;
    case 'html':
      return (await import('./html.ts')).renderHtml;
  }
}
