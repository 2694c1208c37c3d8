import { expect, it } from 'vitest';
import type { Runner } from '../../src/core/runner.ts';
import { NullRunner } from '../../src/runners/null.ts';
import { coldStarts } from '../../src/scenarios/cold-starts.ts';
import { FakeClock } from '../fake-clock.ts';
import { driveAll } from './scripted-runner.ts';

async function drive(options: Parameters<typeof coldStarts>[0], runner: Runner, signal = new AbortController().signal) {
  const context = { runner, images: ['a', 'b'], clock: new FakeClock(), signal };
  const { samples, stoppedBy } = await driveAll(coldStarts(options), context);
  return { samples, reason: stoppedBy };
}

/** Prepares by being told to start anew, as an environment that is ended. */
function renewed(prepare: () => Promise<void>): Runner {
  const runner = new NullRunner({ delayMs: 0 });
  return {
    start: () => runner.start(),
    infer: () => runner.infer(),
    stop: () => runner.stop(),
    async prepare() {
      await prepare();
      await runner.start();
    },
  };
}

it('prepares before each call, and measures all of them', async () => {
  let prepared = 0;
  const runner = renewed(async () => {
    prepared++;
  });
  const { samples, reason } = await drive({ count: 3 }, runner);
  expect([prepared, reason]).toEqual([3, 'iterations']);
  expect(samples.map(({ seq, image, start, phase }) => [seq, image, start, phase])).toEqual([
    [0, 'a', 'cold', 'measured'],
    [1, 'b', 'cold', 'measured'],
    [2, 'a', 'cold', 'measured'],
  ]);
});

it('keeps a first one apart, ahead of those that count', async () => {
  const { samples } = await drive(
    { count: 2, firstApart: true },
    renewed(async () => {}),
  );
  expect(samples.map(({ phase }) => phase)).toEqual(['apart', 'measured', 'measured']);
});

it('keeps a call that was not cold', async () => {
  const runner = new NullRunner({ delayMs: 0 });
  await runner.start();
  const { samples } = await drive({ count: 3 }, runner);
  expect(samples.map(({ start }) => start)).toEqual(['cold', 'warm', 'warm']);
});

it('sends no call when it is interrupted while it prepares', async () => {
  const aborter = new AbortController();
  let calls = 0;
  const runner = renewed(async () => {
    if (++calls === 2) aborter.abort();
  });
  const { samples, reason } = await drive({ count: 5 }, runner, aborter.signal);
  expect([samples.length, reason]).toEqual([1, 'signal']);
});
