/** The sample report is what this version makes of its record, and opens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import { parseThreshold, type Threshold } from '../../src/core/threshold.ts';
import { parseTraffic } from '../../src/core/traffic.ts';
import { gatesOf } from '../../src/reports/gates.ts';
import { loadReporter } from '../../src/reports/index.ts';
import { readRecord } from '../../src/runs/read-run.ts';
import { useBrowser } from '../browser.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', 'reports', 'sample');
const browser = useBrowser();

it.each([
  ['html', 'report.html'],
  ['md', 'report.md'],
  ['csv', 'samples.csv'],
] as const)('%s, with the options that its page names', async (format, name) => {
  const record = await readRecord(join(SAMPLE, 'record.json'));
  const terms = { prices: PRICES, freeTier: false };
  const page = await readFile(join(SAMPLE, '..', '..', 'docs', 'reading-the-report.md'), 'utf8');
  const thresholds = [...page.matchAll(/--threshold '([^']+)'/g)].map(([, text]) => parseThreshold(text!) as Threshold);
  expect(thresholds).toHaveLength(3);
  const options = {
    terms,
    traffic: parseTraffic(/--traffic (\S+)/.exec(page)![1]!),
    gates: gatesOf(record, thresholds, terms),
  };
  const text = [...(await loadReporter(format))(record, options)].join('');
  // Made anew by that command when a report changes.
  expect(text === (await readFile(join(SAMPLE, name), 'utf8'))).toBe(true);
});

it('was made with a trained model, and opens', async ctx => {
  const record = await readRecord(join(SAMPLE, 'record.json'));
  expect(record.targets.map(({ info }) => info.model?.weights)).toEqual(['trained', 'trained']);
  const { page, complaints } = await browser.open(ctx, pathToFileURL(join(SAMPLE, 'report.html')).href);
  expect(complaints).toEqual([]);
  expect(await page.title()).toBe(`resnet-bench ${record.run.id}`);
});
