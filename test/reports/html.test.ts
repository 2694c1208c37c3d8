/** report.html opened from disk in a real browser. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import { type RunRecord, runRecordSchema, type Sample } from '../../src/core/record.ts';
import { parseThreshold, type Threshold } from '../../src/core/threshold.ts';
import { parseTraffic } from '../../src/core/traffic.ts';
import { gatesOf } from '../../src/reports/gates.ts';
import { renderHtml } from '../../src/reports/html.ts';
import type { ReportOptions } from '../../src/reports/report-options.ts';
import { useBrowser, type Visit } from '../browser.ts';
import { lognormalTimes, seededRandom } from '../random.ts';
import { compared, comparedWithUnknown, completed, interrupted, recordOf, remote, unfinished } from './record.ts';

const browser = useBrowser();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-html-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TERMS = { prices: PRICES, freeTier: false };
let files = 0;

/** The address of its report on disk. */
async function written(record: RunRecord, options?: ReportOptions): Promise<string> {
  const file = join(folder, `${files++}.html`);
  await writeFile(file, renderHtml(record, options));
  return pathToFileURL(file).href;
}

/** The function's calls have log lines. */
function priced(): RunRecord {
  const [local, lambda] = compared.targets;
  const samples = lambda!.samples.map(sample =>
    sample.outcome.ok
      ? {
          ...sample,
          timings: { ...sample.timings, billedMs: Math.ceil(sample.completedMs - sample.issuedMs), durationMs: 50 },
        }
      : sample,
  );
  return recordOf(compared.run, [local!, { ...lambda!, samples }]);
}

function expectQuiet({ complaints, requests }: Visit, url: string): void {
  expect(complaints).toEqual([]);
  expect(requests.filter(request => !request.startsWith('data:'))).toEqual([url]);
}

describe('the report of two targets', () => {
  it('opens from disk without a complaint or a request, and has its charts and sections', async ctx => {
    const thresholds = ['lambda.warm.serviceMs.p90<900', 'lambda.warm.serviceMs.p99<900'].map(
      text => parseThreshold(text) as Threshold,
    );
    const record = priced();
    const url = await written(record, {
      terms: TERMS,
      traffic: parseTraffic('100/day'),
      gates: gatesOf(record, thresholds, TERMS),
    });
    const visit = await browser.open(ctx, url);
    expectQuiet(visit, url);
    const seen = (await visit.page.evaluate(`({
      sections: [...document.querySelectorAll('h2')].map(head => head.textContent),
      charts: [...document.querySelectorAll('figcaption')].map(caption => caption.textContent),
      drawn: [...document.querySelectorAll('figure svg')].every(svg => svg.querySelectorAll('circle, rect, path').length > 0),
      described: [...document.querySelectorAll('figure svg')].every(svg => svg.getAttribute('aria-label').length > 20),
      verdict: document.querySelector('.verdict').textContent,
      text: document.body.textContent,
    })`)) as {
      sections: string[];
      charts: string[];
      drawn: boolean;
      described: boolean;
      verdict: string;
      text: string;
    };
    expect(seen.sections).toEqual([
      'Verdict',
      'Thresholds',
      'Side by side',
      'Where the time goes',
      'Cost',
      'Times',
      'Figures of local',
      'Figures of lambda',
      'Dashboard',
      'Answers',
      'How it was made',
    ]);
    for (const chart of [
      'Each call',
      'How many calls took at most',
      'Where the time of a warm call goes',
      'Why lambda takes',
      'A month of lambda',
      'Processing times of lambda',
      'Resource use',
      'Lambda metrics of lambda',
      'Sizes',
      'lambda: the median warm call',
      'lambda: the cold call',
    ]) {
      expect(
        seen.charts.some(caption => caption.startsWith(chart)),
        chart,
      ).toBe(true);
    }
    expect(seen).toMatchObject({ drawn: true, described: true });
    expect(seen.verdict).toMatch(/^lambda is slower than local: warm service p50 /);
    expect(seen.text).toContain('12 calls do not support a p99: it takes 100');
    expect(seen.text).toContain('for 100/day: lambda costs less');
  });

  it('sorts a table by its heads, by mouse and by keyboard, both ways', async ctx => {
    const visit = await browser.open(ctx, await written(priced()));
    const column = (at: number) =>
      visit.page.evaluate(
        `[...[...document.querySelectorAll('table')].find(table => table.caption.textContent.startsWith('lambda against')).tBodies[0].rows].map(row => row.cells[${at}].textContent)`,
      ) as Promise<string[]>;
    const head = (at: number) =>
      `document.querySelector('[data-sorted]').tHead.rows[0].cells[${at}].querySelector('button')`;
    await visit.page.evaluate(
      `[...document.querySelectorAll('table')].find(table => table.caption.textContent.startsWith('lambda against')).setAttribute('data-sorted', '')`,
    );
    const ascending = (texts: string[]) => [...texts].sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
    const before = await column(1);
    await visit.page.evaluate(`${head(1)}.click()`);
    expect(await column(1)).toEqual(ascending(before));
    await visit.page.evaluate(`${head(1)}.focus()`);
    await visit.page.keyboard.press('Enter');
    expect(await column(1)).toEqual(ascending(before).reverse());
    await visit.page.evaluate(`${head(0)}.focus()`);
    await visit.page.keyboard.press('Space');
    const names = await column(0);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
    expect(await visit.page.evaluate(`${head(0)}.closest('th').getAttribute('aria-sort')`)).toBe('ascending');
  });

  it('tells the sample that is pointed at', async ctx => {
    const { page } = await browser.open(ctx, await written(priced()));
    const dot = await page.waitForSelector('figure svg circle');
    await dot!.scrollIntoViewIfNeeded();
    const at = (await page.evaluate(
      `(() => { const figure = [...document.querySelectorAll('figure')].find(one => one.textContent.startsWith('Each call')); const box = figure.querySelector('svg g path[d], svg circle').getBoundingClientRect(); figure.scrollIntoView(); const again = figure.querySelector('svg circle').getBoundingClientRect(); return { x: again.x + again.width / 2, y: again.y + again.height / 2 }; })()`,
    )) as { x: number; y: number };
    await page.mouse.move(at.x, at.y);
    const tip = await page.evaluate(
      `(() => { const tip = document.querySelector('.tip'); return tip.hidden ? '' : tip.textContent; })()`,
    );
    expect(tip).toMatch(/call \d+, warm\nservice \d/);
  });

  it('is dark where the reader is, with text that stands out', async ctx => {
    const url = await written(priced());
    const colors = async (dark: boolean) => {
      const { page } = await browser.open(ctx, url, { dark });
      return page.evaluate(
        `(() => { const { backgroundColor, color } = getComputedStyle(document.body); return [backgroundColor, color, getComputedStyle(document.querySelector('svg text')).fill]; })()`,
      ) as Promise<string[]>;
    };
    const light = (color: string) => (color.match(/\d+/g) ?? []).slice(0, 3).every(part => Number(part) > 160);
    expect((await colors(false)).map(light)).toEqual([true, false, false]);
    expect((await colors(true)).map(light)).toEqual([false, true, true]);
  });

  it('fits a telephone: nothing but tables and charts scrolls sideways', async ctx => {
    const { page } = await browser.open(ctx, await written(priced()), { width: 390 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  for (const dark of [false, true]) {
    it(`has nothing that axe finds wrong for keyboards and screen readers (dark: ${dark})`, async ctx => {
      const { page } = await browser.open(ctx, await written(priced()), { dark });
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`),
      ).toEqual([]);
    });
  }

  it('prints on white', async ctx => {
    const { page } = await browser.open(ctx, await written(priced()), { dark: true });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
  });
});

describe.each(Object.entries({ completed, interrupted, unfinished, remote, comparedWithUnknown }))(
  'the report of the %s run',
  (_, record) => {
    it('opens without a complaint', async ctx => {
      const url = await written(record);
      expectQuiet(await browser.open(ctx, url), url);
    });
  },
);

describe('a record full of hostile strings', () => {
  const EVIL = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script></style></title>'\u0000\u202e{{7*7}}\${7*7}<svg onload=alert(1)>`;

  /** Every text in it, but for those that the schema fixes. */
  function poisoned(): RunRecord {
    const KEPT = new Set([
      'status',
      'startedAt',
      'endedAt',
      'stoppedBy',
      'phase',
      'start',
      'startBy',
      'trace',
      'traceJoin',
      'weights',
      'preprocess',
      'frontDoor',
      'connection',
      'scenario',
      'sha256',
      'command',
    ]);
    const walk = (value: unknown, key: string): unknown => {
      if (typeof value === 'string') return KEPT.has(key) ? value : `${value}${EVIL}`;
      if (Array.isArray(value)) return value.map(one => walk(one, key));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
    };
    const record = walk(priced(), '') as RunRecord;
    return runRecordSchema.parse({
      ...record,
      run: { ...record.run, command: `lambda${EVIL}`, options: { [EVIL]: EVIL } },
    });
  }

  it('does no harm', async ctx => {
    const url = await written(poisoned());
    const visit = await browser.open(ctx, url);
    expectQuiet(visit, url);
    const seen = (await visit.page.evaluate(
      `({ title: document.title, images: document.images.length, scripts: document.scripts.length, handlers: document.querySelectorAll('[onerror], [onload], [onclick]').length, shown: document.body.textContent.includes('<script>document.title=') })`,
    )) as object;
    expect(seen).toEqual({
      title: expect.stringMatching(/^resnet-bench /),
      images: 0,
      scripts: 1,
      handlers: 0,
      shown: true,
    });
  });
});

describe('a long run', () => {
  it('of 200,000 samples is a file of less than 10 MB, which opens', async ctx => {
    const random = seededRandom(3);
    const [local, lambda] = compared.targets;
    const series = (count: number, medianMs: number, like: Sample): Sample[] =>
      lognormalTimes(count, random).map((ms, seq) => {
        const serviceMs = (ms / 20) * medianMs;
        const cold = seq % 5_000 === 0;
        return {
          ...like,
          seq,
          start: cold ? 'cold' : 'warm',
          scheduledMs: seq * 10,
          issuedMs: seq * 10,
          completedMs: seq * 10 + serviceMs,
          timings: { ...like.timings, inferenceMs: serviceMs * 0.7, handlerMs: serviceMs * 0.9 },
        };
      });
    const record = recordOf(compared.run, [
      { ...local!, samples: series(100_000, 25, local!.samples[1]!) },
      { ...lambda!, samples: series(100_000, 80, lambda!.samples[1]!) },
    ]);
    const url = await written(record);
    expect(readFileSync(new URL(url)).length).toBeLessThan(10_000_000);
    expectQuiet(await browser.open(ctx, url), url);
  });
});
