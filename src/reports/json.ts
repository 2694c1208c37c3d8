/** The record itself, as a tool reads it. */
import type { RunRecord } from '../core/record.ts';

export function renderJson(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
