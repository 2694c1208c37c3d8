/** The map of the room: from a record to text. A report reads a record and nothing else. */
import type { RunRecord } from '../core/record.ts';

export const REPORT_FORMATS = ['table', 'json', 'csv', 'md'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Text whole, or in pieces where it grows with the run. */
export type Reporter = (record: RunRecord) => string | Iterable<string>;

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
  }
}
