/** Makes the pictures of the page that the README shows: `npm run build && npx tsx docs/make-pictures.ts`, with RESNET_BENCH_MODEL set to a trained model and nothing else to do for the machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';

const ROOT = join(import.meta.dirname, '..');
const PROGRAM = join(ROOT, 'bin', 'resnet-bench.js');
const PICTURE = join(ROOT, 'fixtures', 'images', 'volcano.jpg');

/** With a run to list and traces that come late. */
async function withPage(work: (address: string) => Promise<void>): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), 'resnet-bench-pictures-'));
  await once(spawn(process.execPath, [PROGRAM, 'local', '--iterations', '20', '--out', out]), 'exit');
  const server = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--out', out, '--trace-delay', '1s'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [text] = await once(server.stdout.setEncoding('utf8'), 'data');
    await work(/http:\S+/.exec(text)![0]);
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(out, { recursive: true });
  }
}

/** Of a picture. */
const HEIGHT = 1_500;

interface Look {
  readonly name: string;
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

const LOOKS: readonly Look[] = [
  { name: 'page', width: 1_100, colorScheme: 'light' },
  { name: 'page-narrow', width: 390, colorScheme: 'light' },
  { name: 'page-dark', width: 1_100, colorScheme: 'dark' },
];

async function classify(page: Page): Promise<void> {
  await page.click('#go');
  await page.waitForSelector('#go:not([aria-disabled])', { timeout: 60_000 });
  await page.waitForSelector('#lambda .trace:has-text("complete")', { timeout: 60_000 });
}

async function take(browser: Browser, address: string, { name, width, colorScheme }: Look): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(address);
  await page.setInputFiles('#file', PICTURE);
  await page.waitForSelector('#preview img');
  for (let i = 0; i < 3; i += 1) await classify(page);
  // What lies below are tables.
  const clip = { x: 0, y: 0, width, height: HEIGHT };
  const picture = await page.screenshot({ fullPage: true, clip });
  const small = await sharp(picture).png({ palette: true, effort: 10 }).toBuffer();
  await writeFile(join(ROOT, 'docs', 'images', `${name}.png`), small);
  await page.close();
}

const executablePath = process.env.RESNET_BENCH_CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await withPage(async address => {
    for (const look of LOOKS) await take(browser, address, look);
  });
} finally {
  await browser.close();
}
