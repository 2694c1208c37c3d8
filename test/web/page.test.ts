/** The page in a real browser: what a visitor sees of each kind of picture, of a late trace, of a function that is down. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { sampleSchema } from '../../src/core/sample.ts';
import { useBrowser, type Visit, type VisitOptions } from '../browser.ts';
import { ROOT, useProgram } from '../cli/program.ts';
import { type Serving, serve } from './serving.ts';

const program = useProgram();
const browser = useBrowser();
const fixture = (...names: string[]) => join(ROOT, 'fixtures', ...names);
const JPG = readFileSync(fixture('odd', 'baseline.jpg'));
const PNG = readFileSync(fixture('odd', 'alpha.png'));

/** Longer than the page waits before it calls a trace late. */
const TRACE_DELAY = '5500ms';

let serving: Serving;
let cwd: string;
beforeAll(async () => {
  cwd = await program.fresh();
  await program.run(['local', '--iterations', '3'], { cwd });
  serving = await serve(program, ['--trace-delay', TRACE_DELAY], { cwd });
});

const open = (ctx: TestContext, options?: VisitOptions) => browser.open(ctx, serving.url, options);

async function choose({ page }: Visit, name: string, buffer: Buffer): Promise<void> {
  await page.setInputFiles('#file', { name, mimeType: 'application/octet-stream', buffer });
  await page.waitForSelector('#preview:not([hidden]) figcaption, #check > *');
}

async function press({ page }: Visit, target: 'both' | 'local' | 'lambda'): Promise<void> {
  await page.check(`input[value=${target}]`);
  await page.click('#go');
  await page.waitForSelector('#go:not([aria-disabled])');
}

function expectQuiet({ complaints, requests }: Visit): void {
  expect(complaints).toEqual([]);
  const others = requests.filter(url => !url.startsWith(serving.url) && !/^(data|blob):/.test(url));
  expect(others).toEqual([]);
}

const posts = ({ requests }: Visit) => requests.filter(url => url.includes('/classify?'));
const predictionsOf = ({ page }: Visit, card: string) => page.locator(`#${card} ol li`).count();

describe.concurrent('a picture', () => {
  it('of each kind is shown before it is sent, and classified', async ctx => {
    const visit = await open(ctx);
    for (const [name, bytes] of [
      ['dog.jpg', JPG],
      ['DOG.JPEG', JPG],
      ['a <b>name</b>.png', PNG],
    ] as const) {
      await choose(visit, name, bytes);
      expect(await visit.page.textContent('#preview figcaption')).toContain(name);
      await visit.page.waitForSelector('#preview img');
      await press(visit, 'local');
      expect(await predictionsOf(visit, 'local')).toBe(5);
    }
    expect(posts(visit)).toHaveLength(3);
    expect(await visit.page.textContent('#visit-table')).toContain('a <b>name</b>.png');
    expectQuiet(visit);
  });

  it('goes through both, side by side, and the visit can be taken along', async ctx => {
    const visit = await open(ctx);
    await choose(visit, 'dog.jpg', JPG);
    const held = new Promise<() => void>(resolve => {
      void visit.page.route('**/classify?target=local', route => resolve(() => void route.continue()));
    });
    const pressed = press(visit, 'both');
    const letGo = await held;
    // What answers is known before it does.
    const [local, lambda] = await visit.page.locator('article:has(progress) .what').allTextContents();
    expect(local).toMatch(/^small, .* · \d threads? · torchvision preprocessing$/);
    expect(lambda).toMatch(
      /^emulated Lambda, 1024 MB, no CPU limit · Function URL, connection kept · small, .* threads unknown/,
    );
    letGo();
    await pressed;
    expect([await predictionsOf(visit, 'local'), await predictionsOf(visit, 'lambda')]).toEqual([5, 5]);
    const facts = await visit.page.textContent('#lambda dl');
    for (const name of ['whole call', 'parse', 'memory after it', 'request id', 'trace id', 'status', 'environment']) {
      expect(facts).toContain(name);
    }
    const [download] = await Promise.all([visit.page.waitForEvent('download'), visit.page.click('#download')]);
    const { calls } = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(calls.map(({ target }: { target: string }) => target)).toEqual(['local', 'lambda']);
    for (const { sample } of calls) sampleSchema.parse(sample);
    expectQuiet(visit);
  });

  it('that is text named .png is told by its content, and not sent', async ctx => {
    const visit = await open(ctx);
    await choose(visit, 'notes.png', Buffer.from('these are notes'));
    expect(await visit.page.textContent('#check')).toContain('notes.png is neither a JPEG nor a PNG');
    await visit.page.click('#go');
    expect(posts(visit)).toEqual([]);
    expectQuiet(visit);
  });

  it('that is broken fails in words, with what helps', async ctx => {
    const visit = await open(ctx);
    await choose(visit, 'broken.jpg', JPG.subarray(0, 300));
    expect(await visit.page.textContent('#check')).toContain('seems to be broken');
    await press(visit, 'both');
    for (const card of ['local', 'lambda']) {
      const text = await visit.page.textContent(`#${card}`);
      expect(text, card).toMatch(/Failed \([\w-]+\): .*cannot be decoded.*What helps: /);
      expect(text).not.toMatch(/undefined|NaN/);
    }
    expectQuiet(visit);
  });

  it('of 12 MB goes to this machine as it is, and shrunk to Lambda, no other way up than it is stored', async ctx => {
    const visit = await open(ctx);
    const { page } = visit;
    const large = await turned('png');
    await page.setInputFiles('#file', large);
    await page.waitForSelector('#check button');
    expect(await page.textContent('#check')).toContain('12.0 MB and Lambda takes 4.7 MB: it is not sent');
    await page.click('#go');
    expect(posts(visit)).toEqual([]);
    await press(visit, 'local');
    expect(await predictionsOf(visit, 'local')).toBe(5);
    expect(await page.textContent('#check')).toBe('');
    await page.check('input[value=both]');
    await shrink(visit);
    await press(visit, 'both');
    expect([await predictionsOf(visit, 'local'), await predictionsOf(visit, 'lambda')]).toEqual([5, 5]);
    const rows = await page.locator('#visit-table tbody tr').allTextContents();
    expect(rows.map(row => row.includes('(shrunk)'))).toEqual([true, true, false]);
    expectQuiet(visit);
  });

  it('of a camera held upright is seen and shrunk as it is stored, too', async ctx => {
    const visit = await open(ctx);
    await visit.page.setInputFiles('#file', await turned('jpeg'));
    await shrink(visit);
    expectQuiet(visit);
  });
});

/** 4 megapixels of noise, red on the left and blue on the right as they are stored, to be shown turned by a quarter. */
async function turned(format: 'png' | 'jpeg'): Promise<string> {
  const [width, height] = [2_500, 1_600];
  const bytes = randomBytes(3 * width * height);
  for (let i = 0; i < bytes.length; i += 3) bytes[i + ((i / 3) % width < width / 2 ? 0 : 2)] = 255;
  const picture = sharp(bytes, { raw: { width, height, channels: 3 } }).withMetadata({ orientation: 6 });
  const file = join(await program.fresh(), `large.${format}`);
  const options = format === 'png' ? { compressionLevel: 0 } : { quality: 100, chromaSubsampling: '4:4:4' };
  await picture.toFormat(format, options).toFile(file);
  return file;
}

async function shrink({ page }: Visit): Promise<void> {
  // Chromium would turn it.
  expect(await page.evaluate(widthOf('document.getElementById("file").files[0]'))).toBe(1_600);
  expect(await page.textContent('#preview figcaption')).toContain('2500 x 1600');
  await page.click('#check button');
  await page.waitForSelector('#preview figcaption:has-text("shrunk here")');
  const [left, right] = (await page.evaluate(MEANS)) as number[][];
  expect(left![0]! - left![2]!, 'red on the left').toBeGreaterThan(80);
  expect(right![2]! - right![0]!, 'blue on the right').toBeGreaterThan(80);
}

const widthOf = (blob: string) => `createImageBitmap(${blob}).then(({ width }) => width)`;
/** Of both halves of the preview. */
const MEANS = `(async () => {
  const img = document.querySelector('#preview img');
  await img.decode();
  const context = Object.assign(document.createElement('canvas'), { width: 2, height: 1 }).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(img, 0, 0, 2, 1);
  const { data } = context.getImageData(0, 0, 2, 1);
  return [[...data.slice(0, 3)], [...data.slice(4, 7)]];
})()`;

describe.concurrent('a trace', () => {
  it('that is late is said to be, and comes to the visitor whose call it is', async ctx => {
    const visits = [await open(ctx), await open(ctx)];
    await Promise.all(
      visits.map(async visit => {
        await choose(visit, 'dog.jpg', JPG);
        await press(visit, 'lambda');
      }),
    );
    const ids = await Promise.all(visits.map(traceIdOf));
    expect(new Set(ids).size).toBe(2);
    await Promise.all(visits.map(({ page }) => page.waitForSelector('#lambda .trace:has-text("is late")')));
    for (const [i, visit] of visits.entries()) {
      await visit.page.waitForSelector('#lambda .trace:has-text("Trace complete")');
      expect(await traceIdOf(visit)).toBe(ids[i]);
      const bars = await visit.page.locator('#lambda .line .name').allTextContents();
      expect(bars).toEqual(expect.arrayContaining(['call', 'Invocation', 'Overhead']));
      expect(await visit.page.textContent('#visit-table')).toContain('complete');
      expectQuiet(visit);
    }
  });
});

describe.concurrent('many calls whose traces are awaited', () => {
  it('leave the browser a connection for the next, and each gets its own', async ctx => {
    const visit = await open(ctx);
    await choose(visit, 'dog.jpg', JPG);
    for (let i = 0; i < 8; i++) await press(visit, 'lambda');
    const rows = visit.page.locator('#visit-table tbody tr');
    expect(await rows.count()).toBe(8);
    await rows.filter({ hasText: 'complete' }).nth(7).waitFor();
    expectQuiet(visit);
  });
});

async function traceIdOf({ page }: Visit): Promise<string | undefined> {
  return /1-[\da-f]{8}-[\da-f]{24}/.exec((await page.textContent('#lambda dl')) ?? '')?.[0];
}

describe.concurrent('a function that is down', () => {
  it('is told as that, beside the answer of this machine', async ctx => {
    const down = await serve(program, ['--url', 'http://127.0.0.1:1/', '--front-door', 'url']);
    const visit = await browser.open(ctx, down.url);
    await choose(visit, 'dog.jpg', JPG);
    await press(visit, 'both');
    expect(await predictionsOf(visit, 'local')).toBe(5);
    expect(await visit.page.textContent('#lambda')).toMatch(/Failed \(refused\).*What helps: nobody listens there/);
    expect(visit.complaints).toEqual([]);
  });

  it('and a server that has gone is told, too', async ctx => {
    const gone = await serve(program);
    const visit = await browser.open(ctx, gone.url);
    await choose(visit, 'dog.jpg', JPG);
    gone.running.child.kill('SIGKILL');
    await gone.running.done;
    await press(visit, 'local');
    expect(await visit.page.textContent('#local')).toMatch(/the server does not answer.*Start it again/);
  });
});

describe.concurrent('everybody', () => {
  it('can use it on a telephone and in the dark, and axe finds nothing serious', async ctx => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const look of [
      { width: 390, dark: false },
      { width: 1_100, dark: true },
    ]) {
      const visit = await open(ctx, look);
      await choose(visit, 'dog.jpg', JPG);
      await press(visit, 'both');
      const wide = 'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth';
      expect(await visit.page.evaluate(wide), JSON.stringify(look)).toBe(0);
      await visit.page.evaluate(axe);
      const { violations } = (await visit.page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
      expectQuiet(visit);
    }
  });

  it('can use it by keyboard alone', async ctx => {
    const visit = await open(ctx);
    const { page } = visit;
    const focused = () => page.evaluate('document.activeElement.id || document.activeElement.value') as Promise<string>;
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('file');
    await choose(visit, 'dog.jpg', JPG);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('both');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('local');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('go');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#status:has-text("sees")');
    expect(await predictionsOf(visit, 'local')).toBe(5);
    expectQuiet(visit);
  });

  it('is told when there is no picture yet, and where to choose one', async ctx => {
    const { page } = await open(ctx);
    await page.click('#go');
    expect(await page.textContent('#check')).toContain('Choose a picture first');
    expect(await page.evaluate('document.activeElement.id')).toBe('file');
  });

  it('sees a run that was made meanwhile, and can open its report', async ctx => {
    const visit = await open(ctx);
    const rows = visit.page.locator('#report-list tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(1);
    await program.run(['local', '--iterations', '3'], { cwd });
    await rows.nth(1).waitFor();
    await visit.page.click('#report-list a:has-text("report")');
    await visit.page.waitForSelector('h1');
    expect(visit.page.url()).toMatch(/\/reports\/\d{8}-\d{6}-local\/report\.html$/);
    expect(await visit.page.textContent('h2')).toBeTruthy();
    expectQuiet(visit);
  });
});
