/** Debian's Chromium without a window. Where it is missing a newcomer's tests are skipped with the reason; under .ci/run they fail. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, type TestContext } from 'vitest';

const PLACES = [
  process.env.RESNET_BENCH_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const WHY = 'no Chromium in the usual places, nor in RESNET_BENCH_CHROMIUM';

export interface Visit {
  readonly page: Page;
  /** What the console, a failed script or a refused request said. */
  readonly complaints: string[];
  /** Every address asked for. */
  readonly requests: string[];
}

export interface VisitOptions {
  readonly dark?: boolean;
  readonly width?: number;
  readonly more?: BrowserContextOptions;
}

export interface Visitor {
  /** Opens an address in a page of its own; skips the test where there is no browser. */
  open(ctx: TestContext, url: string, options?: VisitOptions): Promise<Visit>;
}

/** To be called once at the top of a test file. */
export function useBrowser(): Visitor {
  // One for all tests of the file, those side by side too.
  let browser: Promise<Browser> | undefined;
  afterAll(async () => {
    await (await browser)?.close();
  });
  return {
    async open(ctx, url, { dark = false, width = 1_100, more = {} } = {}) {
      const executablePath = PLACES.find(path => path !== undefined && existsSync(path));
      if (executablePath === undefined) {
        if (process.env.RESNET_BENCH_NEED_BROWSER) throw new Error(WHY);
        console.warn(`skipped: ${WHY}`);
        ctx.skip(WHY);
      }
      browser ??= chromium.launch({
        executablePath: executablePath!,
        // Root, as in a container, has no sandbox; and nothing is asked of the world.
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
      });
      // Of its own: nothing is shared with another visitor.
      const context = await (await browser).newContext({
        viewport: { width, height: 900 },
        colorScheme: dark ? 'dark' : 'light',
        ...more,
      });
      // A page that nobody needs any more would go on asking.
      ctx.onTestFinished(() => context.close());
      const page = await context.newPage();
      const visit: Visit = { page, complaints: [], requests: [] };
      page.on('console', message => {
        if (['error', 'warning'].includes(message.type())) visit.complaints.push(message.text());
      });
      page.on('pageerror', error => visit.complaints.push(String(error)));
      page.on('requestfailed', request => visit.complaints.push(`failed: ${request.url()}`));
      page.on('request', request => visit.requests.push(request.url()));
      await page.goto(url, { waitUntil: 'load' });
      return visit;
    },
  };
}
