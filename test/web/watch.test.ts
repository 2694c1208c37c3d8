/** `soak --watch`: a page that grows while the soak goes on, and says how it ended. */
import { expect, it } from 'vitest';
import { useBrowser } from '../browser.ts';
import { complaint, onlyRun, type Running, recordIn, until, useProgram } from '../cli/program.ts';
import { PICTURES } from '../cli/soaking.ts';
import { ask, serve } from './serving.ts';

const program = useProgram();
const browser = useBrowser();

const soak = (...args: string[]) => [
  'soak',
  '--interval',
  '200ms',
  '--target',
  'local',
  '--watch',
  ...args,
  ...PICTURES,
];
const pageOf = (running: Running) => until('its page', () => /watch it at (http:\S+)/.exec(running.stderr())?.[1]);

it.concurrent('shows figures and chart growing, and that it was interrupted', async ctx => {
  const running = await program.start(soak('--duration', '10m'));
  const url = await pageOf(running);
  const visit = await browser.open(ctx, url);
  const { page } = visit;
  await page.waitForSelector('.chart circle');
  const few = await page.locator('.chart circle').count();
  await page.waitForSelector(`.chart circle >> nth=${few + 2}`);
  expect(await page.textContent('#live-status')).toBe('running');
  // Nothing else is to be had from a process that measures.
  const port = Number(new URL(url).port);
  expect((await ask({ port }, { path: '/reports' })).status).toBe(404);
  expect((await ask({ port }, { path: '/live', headers: { host: 'evil.example' } })).status).toBe(403);
  running.child.kill('SIGINT');
  await page.waitForSelector('#live-status:has-text("interrupted")');
  expect((await running.done).code).toBe(130);
  expect(visit.complaints).toEqual([]);
  expect(visit.requests.filter(request => !request.startsWith(url) && !request.startsWith('data:'))).toEqual([]);
});

it.concurrent('shows the end, and the record is as without it', async ctx => {
  const cwd = await program.fresh();
  const running = await program.start(soak('--duration', '4s'), { cwd });
  const { page } = await browser.open(ctx, await pageOf(running));
  await page.waitForSelector('#live-status:has-text("completed")');
  expect(await page.textContent('td:has-text("of 20")')).toMatch(/^\d+ of 20$/);
  expect((await running.done).code).toBe(0);
  const record = await recordIn(await onlyRun(`${cwd}/reports`));
  expect(Object.keys(record.run.options).filter(name => /watch|port/i.test(name))).toEqual([]);
});

it.concurrent('has a port only with --watch', async () => {
  const { code, error } = complaint(await program.run(['soak', '--port', '0']));
  expect([code, error]).toEqual([2, '--port is for --watch, which is not there']);
});

it.concurrent('can be followed on the page of another process, which was open before, too', async ctx => {
  const cwd = await program.fresh();
  const { url } = await serve(program, [], { cwd });
  const visit = await browser.open(ctx, url);
  const { page } = visit;
  await page.waitForSelector('#report-list:has-text("No run in reports yet")');
  const args = ['soak', '--interval', '200ms', '--duration', '10m', '--target', 'local', ...PICTURES];
  const running = await program.start(args, { cwd });
  await page.waitForSelector('#live .chart circle >> nth=2');
  expect(await page.textContent('#live-status')).toBe('running');
  running.child.kill('SIGINT');
  await page.waitForSelector('#live-status:has-text("interrupted")');
  await running.done;
  expect(visit.complaints).toEqual([]);
});
