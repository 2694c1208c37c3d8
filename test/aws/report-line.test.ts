/** What Lambda's log tells of a call. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseReportLine, reportIn } from '../../src/aws/report-line.ts';
import { logEvidenceSchema } from '../../src/core/evidence.ts';

const { lines }: { lines: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../fixtures/log-lines/reports.json', import.meta.url), 'utf8'),
);
const REQUEST = '3f1a0c5e-6d2b-4a8e-9c47-0b1d2e3f4a5b';
const ROOT = '1-66bfd54d-6b379b8727b6273f7675338c';

describe('a report', () => {
  it.each<[string, object]>([
    ['warm', { durationMs: 58.7, billedMs: 59, memorySizeMb: 1024, maxMemoryMb: 91 }],
    [
      'cold, traced',
      { durationMs: 58.7, billedMs: 927, memorySizeMb: 1024, maxMemoryMb: 91, initMs: 868.19, traceId: ROOT },
    ],
    ['timeout', { durationMs: 3000, billedMs: 3000, memorySizeMb: 128, maxMemoryMb: 30, status: 'timeout' }],
    [
      'error',
      {
        durationMs: 12.34,
        billedMs: 13,
        memorySizeMb: 128,
        maxMemoryMb: 30,
        status: 'error',
        errorType: 'Runtime.ExitError',
      },
    ],
    ['SnapStart', { durationMs: 20, billedMs: 20, memorySizeMb: 512, maxMemoryMb: 100, restoreMs: 441.25 }],
    [
      'JSON, cold',
      {
        durationMs: 1233.96,
        billedMs: 1698,
        memorySizeMb: 1024,
        maxMemoryMb: 300,
        initMs: 463.512,
        status: 'success',
        traceId: ROOT,
      },
    ],
    ['JSON, timeout', { durationMs: 5000, billedMs: 5000, memorySizeMb: 128, maxMemoryMb: 64, status: 'timeout' }],
  ])('%s', (name, log) => {
    const report = parseReportLine(lines[name]!);
    expect(report).toEqual({ requestId: REQUEST, log });
    expect(logEvidenceSchema.parse(report!.log)).toEqual(log);
  });

  it('covers every recorded line', () => {
    for (const [name, text] of Object.entries(lines)) expect(parseReportLine(text), name).toBeDefined();
  });
});

it.each([
  '',
  'REPORT',
  'REPORT RequestId: 1\tDuration: 1 ms',
  `REPORT RequestId: ${REQUEST}`,
  `REPORT RequestId: ${REQUEST}\tBilled Duration: 59 ms\t`,
  `REPORT RequestId: ${REQUEST}\tDuration: soon ms\t`,
  `REPORT RequestId: ${REQUEST}\tDuration: -1 ms\t`,
  `the last REPORT RequestId: ${REQUEST}\tDuration: 1.00 ms\t`,
  'INIT_REPORT Init Duration: 10009.37 ms\tPhase: init\tStatus: timeout',
  `END RequestId: ${REQUEST}`,
  '{"type":"platform.report"}',
  '{"type":"platform.start","record":{"requestId":"a"}}',
  '{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":"1"}}}',
  '{',
  '{}',
])('%j is no report', text => {
  expect(parseReportLine(text)).toBeUndefined();
});

it('the end of a log has that of the call, the last where there are several, with its trace', () => {
  const other = lines.warm!.replace(REQUEST, REQUEST.replace('3', '4'));
  const forged = lines.warm!.replace('58.70', '1.00');
  const tail = [`START RequestId: ${REQUEST} Version: $LATEST`, forged, 'hello', lines['cold, traced'], other, ''].join(
    '\n',
  );
  expect(reportIn(tail, REQUEST)).toMatchObject({ durationMs: 58.7, initMs: 868.19, traceId: ROOT });
  expect(reportIn(lines['JSON, cold']!, REQUEST)).toMatchObject({ initMs: 463.512 });
  expect(reportIn('cut off\tDuration: 1.00 ms\t', REQUEST)).toBeUndefined();
  expect(reportIn(other, REQUEST)).toBeUndefined();
});
