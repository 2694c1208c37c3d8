/** What report.html says of calls that are not alike, on paper, on a telephone with long names, and how its tables sort. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { renderHtml } from '../../src/reports/html.ts';
import { useBrowser } from '../browser.ts';
import { compared, recordOf } from './record.ts';

const browser = useBrowser();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-html-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, record: RunRecord): Promise<string> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, renderHtml(record));
  return pathToFileURL(file).href;
}

const [local, lambda] = compared.targets;

function withCalls(change: (sample: Sample) => Sample): RunRecord {
  return recordOf(compared.run, [local!, { ...lambda!, samples: lambda!.samples.map(change) }]);
}

/** Of the function's twelve warm calls four are of unknown start and slow, one is to warm up, each is billed. */
function mixed(): RunRecord {
  return withCalls(sample => {
    if (sample.start !== 'warm') return sample;
    const billed = { ...sample, timings: { ...sample.timings, billedMs: 80 } };
    if (sample.seq === 1) return { ...billed, phase: 'warmup' };
    return sample.seq % 3 === 0 ? { ...billed, start: 'unknown', completedMs: sample.completedMs + 900 } : billed;
  });
}

it('warm calls and those of unknown start have a curve, a histogram and single calls each, and signs that the key tells', async ctx => {
  const { page } = await browser.open(ctx, await written('mixed', mixed()));
  const figures = (await page.evaluate(
    `Object.fromEntries([...document.querySelectorAll('figure')].map(one => [one.querySelector('figcaption').textContent, { text: one.textContent, label: one.querySelector('svg').getAttribute('aria-label'), key: [...one.querySelectorAll('.key li')].map(item => item.textContent) }]))`,
  )) as Record<string, { text: string; label: string; key: string[] }>;
  expect(figures['How many calls took at most so long']!.key).toEqual([
    'local, 12 warm calls',
    'lambda, 7 warm calls',
    'lambda, 4 calls of unknown start',
  ]);
  expect(Object.keys(figures)).toEqual(
    expect.arrayContaining([
      'lambda: how many warm calls took about so long',
      'lambda: how many calls of unknown start took about so long',
      'Where the time of a call of unknown start goes',
      expect.stringMatching(/^lambda: the slowest warm call/),
      expect.stringMatching(/^lambda: the median call of unknown start/),
    ]),
  );
  // The slow ones are in none of the warm ones' figures.
  expect(figures['lambda: how many warm calls took about so long']!.label).toMatch(/ 7 calls from \d+ to 1\d\d ms$/);
  const line = Object.values(figures).find(({ label }) => label.includes('The figures stand in the tables'))!;
  expect(line.label).toContain(
    'warm calls: 19, calls of unknown start: 4, calls that no figure counts (to warm up, or apart): 1, cold starts: 2',
  );
  expect(line.text).toContain('triangles: calls of unknown start; rings: calls that no figure counts');
});

it('on paper what is folded is open', async ctx => {
  const { page } = await browser.open(ctx, await written('paper', compared));
  const shown = () =>
    page.evaluate(
      `[...document.querySelectorAll('details')].map(one => one.lastElementChild.checkVisibility({ contentVisibilityAuto: true }) && one.lastElementChild.getBoundingClientRect().height > 0)`,
    ) as Promise<boolean[]>;
  const folded = await shown();
  expect(folded.length).toBeGreaterThan(1);
  expect(new Set(folded)).toEqual(new Set([false]));
  await page.emulateMedia({ media: 'print' });
  // The page hears of it as of any other event.
  await expect.poll(async () => new Set(await shown())).toEqual(new Set([true]));
});

it('fits a telephone with an address and names that have no place to break', async ctx => {
  const long = 'photograph-of-a-beagle-that-has-a-very-long-name-and-not-one-space-in-it-at-all.jpg';
  const base = withCalls(sample => ({ ...sample, image: long }));
  const url = `https://${'abcdefghijklmnopqrstuvwxyz012345'}.lambda-url.us-east-1.on.aws/classify`;
  const [here, there] = base.targets;
  const failed = { ok: false as const, error: { kind: 'http-5xx', message: `no ${'x'.repeat(120)}` } };
  const record = recordOf(
    compared.run,
    [
      here!,
      {
        ...there!,
        name: 'resnet50-int8-1024-megabytes-in-frankfurt-behind-an-http-api',
        info: { ...there!.info, emulated: false, url, functionName: 'f'.repeat(64) },
        samples: [...there!.samples, { ...there!.samples[1]!, seq: 99, outcome: failed }],
      },
    ],
    compared.images.map((image, i) => (i === 0 ? { ...image, name: long } : image)),
  );
  const { page } = await browser.open(ctx, await written('long', record), { width: 390 });
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
});

it('sorts rates by how many they are, and what is below a microsecond below it', async ctx => {
  const tiny = withCalls(sample => ({
    ...sample,
    timings: { ...sample.timings, billedMs: 80, ...(sample.start === 'warm' && { parseMs: 0.0001 }) },
  }));
  const { page } = await browser.open(ctx, await written('sorted', tiny));
  const sorted = (caption: string, column: number) =>
    page.evaluate(
      `(() => { const table = [...document.querySelectorAll('table')].find(one => one.caption.textContent.startsWith(${JSON.stringify(caption)})); table.tHead.rows[0].cells[${column}].querySelector('button').click(); return [...table.tBodies[0].rows].map(row => row.cells[${column}].textContent); })()`,
    ) as Promise<string[]>;
  expect(await sorted('a month of lambda', 0)).toEqual([
    '100 a day',
    '1 a minute',
    '1 a second',
    '10 a second',
    '100 a second',
  ]);
  const captions = (await page.evaluate(
    `[...document.querySelectorAll('table')].filter(one => one.textContent.includes('<0.001')).map(one => [one.caption.textContent, [...one.tBodies[0].rows].map(row => [...row.cells].findIndex(cell => cell.textContent.startsWith('<0.001'))).find(at => at >= 0)])`,
  )) as [string, number][];
  expect(captions.length).toBeGreaterThan(0);
  const [caption, column] = captions[0]!;
  expect((await sorted(caption, column))[0]).toMatch(/^<0\.001/);
});
