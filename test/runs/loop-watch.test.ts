/** What holds up this process while something is timed is noticed, be it over by the end or not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchLoop } from '../../src/runs/loop-watch.ts';

const HELD_MS = 60;

function holdUp(): void {
  for (const end = performance.now() + HELD_MS; performance.now() < end; );
}

it('in between', async () => {
  const watch = watchLoop();
  await sleep(20);
  holdUp();
  await sleep(20);
  watch.end();
  expect(watch.longestMs).toBeGreaterThan(HELD_MS / 2);
});

it('up to the end, before the loop has gone on', () => {
  const watch = watchLoop();
  holdUp();
  watch.end();
  expect(watch.longestMs).toBeGreaterThan(HELD_MS / 2);
});

it('and no more once it has ended', async () => {
  const watch = watchLoop();
  watch.end();
  const { longestMs } = watch;
  holdUp();
  await sleep(10);
  expect(watch.longestMs).toBe(longestMs);
});
