import { describe, expect, it } from 'vitest';
import type { Steadiness } from '../../src/core/scenario.ts';
import { interleave } from '../../src/scenarios/interleave.ts';
import { type UntilSteadyOptions, untilSteady } from '../../src/scenarios/until-steady.ts';
import { FakeClock } from '../fake-clock.ts';
import { driveAll, imageNamed, queryFailure, ScriptedRunner, type Step } from './scripted-runner.ts';

const OPTIONS = { windowCalls: 10, margin: 0.05, durationMs: 60_000 };

async function run(script: (call: number) => Step, options: UntilSteadyOptions = OPTIONS, images = ['a']) {
  const clock = new FakeClock();
  const found: Steadiness[] = [];
  const runner = new ScriptedRunner(clock, script);
  const scenario = untilSteady(options)();
  const driven = await driveAll(scenario, { runner, clock, images, beganMs: 0, steadiness: one => found.push(one) });
  return { ...driven, found };
}

const takes = (takesMs: number): Step => ({ takesMs, start: 'warm' });

describe('a loop until its times have come to rest', () => {
  it('ends after three windows that agree from the start', async () => {
    const { samples, stoppedBy, found } = await run(() => takes(20));
    expect([samples.length, stoppedBy]).toEqual([30, 'iterations']);
    expect(found).toEqual([{ kind: 'steady', fromMs: 0, toMs: 600, fromSeq: 0, spread: 0 }]);
  });

  it('goes on while they still change, and counts from the first of three that agree', async () => {
    const { samples, found } = await run(call => takes(call < 16 ? 40 : 20));
    expect(samples).toHaveLength(50);
    expect(found).toMatchObject([{ kind: 'steady', fromSeq: 20, spread: 0 }]);
  });

  it('looks at medians: a slow call now and then is no change', async () => {
    const { samples } = await run(call => takes(call % 10 === 3 ? 500 : 20));
    expect(samples).toHaveLength(30);
  });

  it('leaves out failed calls and those that met a new environment', async () => {
    const { samples, found } = await run(call =>
      call === 0 ? { takesMs: 900, start: 'cold' } : call < 5 ? { throws: queryFailure() } : takes(20),
    );
    expect(samples).toHaveLength(40);
    expect(found).toMatchObject([{ kind: 'steady', fromSeq: 10 }]);
  });

  it('says when they never do, and how far apart they were', async () => {
    const { samples, stoppedBy, found } = await run(call => takes(10 + call), { ...OPTIONS, durationMs: 3_000 });
    expect(stoppedBy).toBe('duration');
    expect(found).toMatchObject([{ kind: 'never-steady', toMs: expect.any(Number), spread: expect.any(Number) }]);
    expect(samples.length).toBeGreaterThan(30);
  });

  it('says when there were too few to tell', async () => {
    const { found } = await run(() => takes(1_000), { ...OPTIONS, durationMs: 5_000 });
    expect(found).toEqual([{ kind: 'never-steady', fromMs: 0, toMs: 5_000 }]);
  });

  it('has whole rounds of the pictures in a window', async () => {
    const { samples } = await run(call => takes(call % 4 === 0 ? 100 : 20), OPTIONS, ['a', 'b', 'c', 'd']);
    expect(samples).toHaveLength(36);
  });

  it('several in turns go on until all are steady, and end with the same call', async () => {
    const clock = new FakeClock();
    const found = new Map<string, Steadiness>();
    const scenario = untilSteady(OPTIONS, 2);
    const settles = { slow: 16, quick: 0 };
    const drives = Object.entries(settles).map(([name, from]) => {
      const runner = new ScriptedRunner(clock, call => takes(call < from ? 80 - call : 20));
      const drive = (signal: AbortSignal) =>
        scenario().drive({
          ...{ runner, images: [imageNamed('a')], clock, beganMs: 0, signal },
          steadiness: one => void found.set(name, one),
        });
      return [name, drive] as const;
    });
    const counts = { slow: 0, quick: 0 };
    for await (const { target } of interleave(new Map(drives), 'turns', new AbortController().signal)) {
      counts[target as keyof typeof counts]++;
    }
    expect(counts).toEqual({ slow: 50, quick: 50 });
    expect([...found.values()].map(one => 'fromSeq' in one && one.fromSeq)).toEqual([20, 20]);
  });
});
