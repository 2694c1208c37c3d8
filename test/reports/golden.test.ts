/** The reports as a whole, against files that somebody has looked at; `UPDATE_GOLDEN=1` writes them anew. */

import { describe, expect, it } from 'vitest';
import { runRecordSchema } from '../../src/core/record.ts';
import { loadReporter, REPORT_FORMATS } from '../../src/reports/index.ts';
import { DEFAULT_REPORT } from '../../src/reports/report-options.ts';
import { expectGolden } from '../golden.ts';
import { compared, comparedWithUnknown, completed, interrupted, remote, unfinished } from './record.ts';

const RECORDS = { completed, interrupted, unfinished, remote, compared, 'compared-with-unknown': comparedWithUnknown };

/** JSON and CSV stand in files that no formatter takes for its own. */
const golden = (name: string) => new URL(`golden/${name}.txt`, import.meta.url);

describe.each(Object.entries(RECORDS))('of the %s run', (name, record) => {
  it('the record is a valid one', () => {
    expect(runRecordSchema.parse(record)).toEqual(record);
  });

  it.each(REPORT_FORMATS.filter(format => format !== 'html'))('the %s is what it was', async format => {
    const render = await loadReporter(format);
    const before = structuredClone(record);
    const text = [...render(record, DEFAULT_REPORT)].join('');
    expectGolden(golden(`${name}.${format}`), text);
    expect(text).toMatch(/[^\n]\n$/);
    expect(record, 'a report only reads').toEqual(before);
  });
});
