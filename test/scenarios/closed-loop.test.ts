/** The closed loop: what counts as an iteration, what as warm-up, what ends it, and what each sample says. */
import { describe, expect, it } from 'vitest';
import { sampleSchema } from '../../src/core/record.ts';
import { type ClosedLoopOptions, closedLoop } from '../../src/scenarios/index.ts';
import { FakeClock } from '../fake-clock.ts';
import { driveAll, queryFailure, ScriptedRunner, type Step } from './scripted-runner.ts';

/** The first call cold, as locally, the others warm, 10 ms each. */
const coldThenWarm = (call: number): Step => ({ start: call === 0 ? 'cold' : 'warm' });

async function run(options: Partial<ClosedLoopOptions>, script = coldThenWarm, images = ['a']) {
  const clock = new FakeClock();
  const runner = new ScriptedRunner(clock, script);
  return { clock, runner, ...(await driveAll(closedLoop({ warmup: 0, ...options }), { runner, clock, images })) };
}

/** One letter a sample: c cold, w warm-up, m measured, f failed; capital when it is in the warm-up phase. */
const story = (samples: Awaited<ReturnType<typeof run>>['samples']) =>
  samples
    .map(({ outcome, start, phase }) => {
      const letter = outcome.ok ? start[0]! : 'f';
      return phase === 'warmup' ? letter.toUpperCase() : letter;
    })
    .join('');

describe('iterations and warm-up', () => {
  it('iterations count measured samples that are not cold', async () => {
    const { samples, stoppedBy } = await run({ iterations: 5 });
    expect(story(samples)).toBe('cwwwww');
    expect(stoppedBy).toBe('iterations');
  });

  it('warm-up is the first samples that are not cold, beside the iterations', async () => {
    expect(story((await run({ iterations: 4, warmup: 3 })).samples)).toBe('cWWWwwww');
  });

  it('a cold sample is never warm-up and never an iteration, wherever it comes', async () => {
    const cold = new Set([0, 2, 3, 7]);
    const script = (call: number): Step => ({ start: cold.has(call) ? 'cold' : 'warm' });
    expect(story((await run({ iterations: 4, warmup: 2 }, script)).samples)).toBe('cWccWwwcww');
  });

  it('a proactive start is the first call of an environment as a cold one is, an unknown one is not', async () => {
    const starts = ['proactive', 'unknown', 'cold', 'warm'] as const;
    const { samples } = await run({ iterations: 3, warmup: 1 }, call => ({ start: starts[call % 4]! }));
    expect(story(samples)).toBe('pUcwpucw');
  });

  it('without a cold start there is nothing to wait for', async () => {
    expect(story((await run({ iterations: 2, warmup: 1 }, () => ({ start: 'warm' }))).samples)).toBe('Www');
  });

  it('one iteration and no warm-up', async () => {
    expect(story((await run({ iterations: 1 })).samples)).toBe('cw');
  });

  it.each([
    [1, 0],
    [7, 3],
    [100, 3],
    [50, 50],
  ])('%d iterations after %d to warm up are exactly that many', async (iterations, warmup) => {
    const { samples } = await run({ iterations, warmup });
    const notCold = samples.filter(({ start }) => start !== 'cold');
    expect(notCold.filter(({ phase }) => phase === 'warmup').length).toBe(warmup);
    expect(notCold.filter(({ phase }) => phase === 'measured').length).toBe(iterations);
  });
});

describe('failures', () => {
  it('count as iterations, warm nothing up, and never end the loop', async () => {
    const script = (call: number): Step => (call % 2 === 0 ? { throws: queryFailure() } : { start: 'warm' });
    const { samples, stoppedBy } = await run({ iterations: 4, warmup: 2 }, script);
    expect(story(samples)).toBe('fWfWfw');
    expect(stoppedBy).toBe('iterations');
  });

  it('all of them, still an end', async () => {
    const { samples } = await run({ iterations: 3, warmup: 0 }, () => ({ throws: queryFailure() }));
    expect(samples.map(({ outcome }) => outcome)).toEqual(
      Array(3).fill({ ok: false, error: { kind: 'inference', message: 'it said no' } }),
    );
    for (const sample of samples) {
      expect(sample).toMatchObject({ start: 'unknown', predictions: [], timings: {}, memory: {} });
    }
  });

  it('an error that is no QueryError is a bug and comes out', async () => {
    const bug = new TypeError('a bug');
    const script = (call: number): Step => (call === 2 ? { throws: bug } : {});
    await expect(run({ iterations: 9 }, script)).rejects.toBe(bug);
  });
});

describe('images', () => {
  it('take turns, warm-up and cold included', async () => {
    const { runner, samples } = await run({ iterations: 5, warmup: 1 }, coldThenWarm, ['a', 'b', 'c']);
    expect(runner.asked).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
    expect(samples.map(({ image }) => image)).toEqual(runner.asked);
  });

  it('take turns past one that fails', async () => {
    const script = (call: number): Step => (call % 2 === 1 ? { throws: queryFailure() } : {});
    const { runner } = await run({ iterations: 4 }, script, ['good', 'broken']);
    expect(runner.asked).toEqual(['good', 'broken', 'good', 'broken']);
  });
});

describe('duration', () => {
  it('no query leaves at its end or later; the one in flight is kept', async () => {
    const { samples, stoppedBy } = await run({ durationMs: 35 });
    expect(samples.map(({ issuedMs }) => issuedMs)).toEqual([0, 10, 20, 30]);
    expect(samples.at(-1)?.completedMs).toBe(40);
    expect(stoppedBy).toBe('duration');
    expect((await run({ durationMs: 40 })).samples.length).toBe(4);
  });

  it('counts from the first query, not from the start of the run', async () => {
    const clock = new FakeClock();
    clock.advance(1000); // loading the model
    const runner = new ScriptedRunner(clock, coldThenWarm);
    const { samples } = await driveAll(closedLoop({ durationMs: 35, warmup: 0 }), { runner, clock });
    expect(samples.map(({ issuedMs }) => issuedMs)).toEqual([1000, 1010, 1020, 1030]);
  });

  it('counts warm-up and cold time', async () => {
    expect(story((await run({ durationMs: 60, warmup: 3 })).samples)).toBe('cWWWww');
  });

  it('or iterations: whichever comes first', async () => {
    expect(await run({ durationMs: 1_000_000, iterations: 3 })).toMatchObject({ stoppedBy: 'iterations' });
    expect(await run({ durationMs: 25, iterations: 3 })).toMatchObject({ stoppedBy: 'duration' });
  });

  it('ends a loop in which every call is cold', async () => {
    const { samples, stoppedBy } = await run({ durationMs: 50, iterations: 2 }, () => ({ start: 'cold' }));
    expect(story(samples)).toBe('ccccc');
    expect(stoppedBy).toBe('duration');
  });

  it('half an hour of calls is done at once', async () => {
    const { samples, clock } = await run({ durationMs: 1_800_000, warmup: 3 }, () => ({ takesMs: 1000 }));
    expect(samples.length).toBe(1800);
    expect(clock.nowMs()).toBe(1_800_000);
  });

  it('neither of the two is refused: such a loop would never end', () => {
    expect(() => closedLoop({ warmup: 3 })).toThrow(RangeError);
  });
});

describe('abort', () => {
  it('lets the query in flight be answered, and ends', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const script = (call: number): Step => (call === 3 ? { meanwhile: () => abort.abort() } : {});
    const runner = new ScriptedRunner(clock, script);
    const context = { runner, clock, signal: abort.signal };
    const { samples, stoppedBy } = await driveAll(closedLoop({ iterations: 100, warmup: 0 }), context);
    expect(samples.length).toBe(4);
    expect(samples.at(-1)).toMatchObject({ seq: 3, outcome: { ok: true }, issuedMs: 30, completedMs: 40 });
    expect(runner.asked.length).toBe(4);
    expect(stoppedBy).toBe('signal');
  });

  it('between two queries: none leaves any more', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const runner = new ScriptedRunner(clock, () => ({}));
    const driven = await driveAll(
      closedLoop({ iterations: 100, warmup: 0 }),
      { runner, clock, signal: abort.signal },
      ({ seq }) => seq === 1 && abort.abort(),
    );
    expect(driven.samples.length).toBe(2);
    expect(driven.stoppedBy).toBe('signal');
  });

  it('before the first query: none at all', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, () => ({}));
    const context = { runner, clock, signal: AbortSignal.abort() };
    const driven = await driveAll(closedLoop({ iterations: 100, warmup: 0 }), context);
    expect(driven).toEqual({ samples: [], stoppedBy: 'signal' });
  });
});

describe('samples', () => {
  it('are numbered from 0 without gaps, failures, warm-up and cold included', async () => {
    const script = (call: number): Step => (call % 3 === 2 ? { throws: queryFailure() } : coldThenWarm(call));
    const { samples } = await run({ iterations: 20, warmup: 3 }, script);
    expect(samples.map(({ seq }) => seq)).toEqual(samples.map((_, i) => i));
    for (const sample of samples) expect(sampleSchema.parse(sample)).toEqual(sample);
  });

  it('never overlap: each leaves after the last was answered and written down', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, call => ({ takesMs: 5 + call }));
    const { samples } = await driveAll(closedLoop({ iterations: 10, warmup: 0 }), { runner, clock }, () =>
      clock.advance(2),
    );
    expect(runner.mostInFlight).toBe(1);
    for (const [i, { scheduledMs, issuedMs, completedMs }] of samples.entries()) {
      expect(issuedMs).toBe(scheduledMs);
      expect(completedMs - issuedMs).toBe(5 + i);
      // 2 ms on the disk belong to no query.
      if (i > 0) expect(scheduledMs - samples[i - 1]!.completedMs).toBe(2);
    }
  });

  it('carry what the runner knows, and nothing it does not', async () => {
    const answer = {
      predictions: [{ classId: 1, label: 'goldfish', probability: 0.5 }],
      timings: { handlerMs: 7.25 },
      memory: { usedMb: 100 },
      cpu: { userMs: 12, systemMs: 1 },
    };
    const { samples } = await run({ iterations: 2 }, call => (call === 0 ? { answer } : {}));
    expect(samples[0]).toMatchObject(answer);
    expect(samples[1]).toEqual({
      ...{ seq: 1, image: 'a', phase: 'measured', start: 'warm', outcome: { ok: true }, trace: 'off' },
      ...{ scheduledMs: 10, issuedMs: 10, completedMs: 20, predictions: [], timings: {}, memory: {} },
    });
  });

  it('carry times to the nanosecond, without the noise of binary fractions', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, () => ({
      takesMs: 0.1,
      answer: { timings: { handlerMs: 0.1 + 0.2, parseMs: 1 / 3 } },
    }));
    const { samples } = await driveAll(closedLoop({ iterations: 4, warmup: 0 }), { runner, clock });
    expect(samples.map(({ completedMs }) => completedMs)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(samples[0]?.timings).toEqual({ handlerMs: 0.3, parseMs: 0.333333 });
  });
});
