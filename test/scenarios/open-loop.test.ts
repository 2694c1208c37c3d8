/** The open loop on a fake clock: whatever the answers do, queries leave on time, and none is lost. */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/core/record.ts';
import type { MissedStretch } from '../../src/core/scenario.ts';
import { type OpenLoopOptions, openLoop } from '../../src/scenarios/open-loop.ts';
import { every, poisson, within } from '../../src/scenarios/schedule.ts';
import { FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../random.ts';
import { driveAll, imageNamed, queryFailure, ScriptedRunner, type Step } from './scripted-runner.ts';

async function run(options: OpenLoopOptions, script: (call: number) => Step = () => ({}), images = ['a', 'b']) {
  const clock = new FakeClock();
  clock.advance(500);
  const runner = new ScriptedRunner(clock, script);
  return { clock, runner, ...(await driveAll(openLoop(options), { runner, clock, images })) };
}

const inIssueOrder = (samples: readonly Sample[]) => [...samples].sort((a, b) => a.seq - b.seq);
const HALF_AN_HOUR = within(every(30_000), 1_800_000);

describe('a soak of half an hour', () => {
  it('sends sixty queries, each on time, its images in turns', async () => {
    const { samples, stoppedBy } = await run({ schedule: HALF_AN_HOUR });
    expect(stoppedBy).toBe('duration');
    expect(samples).toHaveLength(60);
    for (const [i, sample] of samples.entries()) {
      expect(sample).toMatchObject({ seq: i, image: i % 2 === 0 ? 'a' : 'b', phase: 'measured' });
      expect(sample.scheduledMs).toBe(500 + i * 30_000);
      expect(sample.issuedMs).toBe(sample.scheduledMs);
    }
  });

  it('keeps its times when a query takes longer than the interval', async () => {
    const { samples, runner } = await run({ schedule: HALF_AN_HOUR }, call => ({ takesMs: call === 3 ? 100_000 : 10 }));
    expect(runner.mostInFlight).toBe(2);
    expect(inIssueOrder(samples).map(({ issuedMs }) => issuedMs)).toEqual(
      [...HALF_AN_HOUR].map(offset => 500 + offset),
    );
    // Samples come when they are answered: the slow one after three that left later.
    expect(samples.slice(0, 8).map(({ seq }) => seq)).toEqual([0, 1, 2, 4, 5, 6, 3, 7]);
  });
});

it('whatever the answers do: scheduled times never move, and the number of slots is exact', async () => {
  const random = seededRandom(11);
  for (let round = 0; round < 30; round++) {
    const schedule = within(round % 2 === 0 ? every(1 + random() * 50) : poisson(20 + random() * 80, round), 3_000);
    const script = (): Step => ({
      takesMs: random() < 0.1 ? random() * 1_000 : random() * 20,
      ...(random() < 0.2 && { throws: queryFailure() }),
    });
    const { samples } = await run({ schedule }, script);
    const planned = [...schedule];
    expect(samples).toHaveLength(planned.length);
    const ordered = inIssueOrder(samples);
    expect(ordered.map(({ seq }) => seq)).toEqual(planned.map((_, i) => i));
    for (const [i, sample] of ordered.entries()) {
      expect(sample.scheduledMs).toBeCloseTo(500 + planned[i]!, 5);
      expect(sample.issuedMs).toBeGreaterThanOrEqual(sample.scheduledMs - 1e-6);
    }
  }
});

it('with a limit on calls in flight: those that are sent keep their times, and every other one is counted', async () => {
  const random = seededRandom(12);
  for (let round = 0; round < 30; round++) {
    const schedule = within(poisson(20 + random() * 80, round), 3_000);
    const maxInFlight = 1 + Math.floor(random() * 3);
    const clock = new FakeClock();
    clock.advance(500);
    const runner = new ScriptedRunner(clock, () => ({ takesMs: random() * 200 }));
    let lost = 0;
    const { samples } = await driveAll(openLoop({ schedule, maxInFlight }), {
      ...{ runner, clock, beganMs: 500 },
      dropped: ({ count }) => {
        lost += count;
      },
    });
    const planned = [...schedule];
    expect(samples.length + lost).toBe(planned.length);
    expect(runner.mostInFlight).toBeLessThanOrEqual(maxInFlight);
    for (const { seq, scheduledMs } of samples) expect(scheduledMs).toBeCloseTo(500 + planned[seq]!, 5);
  }
});

describe('when the machine slept', () => {
  /** The third query comes with a pause of five seconds in which nothing ran. */
  const asleep =
    (clock: () => FakeClock) =>
    (call: number): Step => ({
      takesMs: 1,
      ...(call === 2 && { meanwhile: () => clock().advance(5_000) }),
    });

  it('slots that are too late are missed, each said, and the schedule goes on as it was', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(
      clock,
      asleep(() => clock),
    );
    const scenario = openLoop({
      schedule: within(every(1_000), 10_000),
      latestMs: 1_000,
    });
    const stretches: MissedStretch[] = [];
    const { samples } = await driveAll(scenario, {
      runner,
      clock,
      images: ['a', 'b'],
      missed: stretch => stretches.push(stretch),
    });
    expect(stretches).toEqual([{ firstSeq: 3, fromMs: 3_000, toMs: 5_000, count: 3 }]);
    expect(samples.map(({ scheduledMs }) => scheduledMs)).toEqual([0, 1_000, 2_000, 6_000, 7_000, 8_000, 9_000]);
    // The number of the slot, and so is the picture: a target that missed none shows the same in the same slot.
    expect(samples.map(({ seq }) => seq)).toEqual([0, 1, 2, 6, 7, 8, 9]);
    expect(samples.map(({ image }) => image)).toEqual(['a', 'b', 'a', 'a', 'b', 'a', 'b']);
  });

  it('without a limit all are sent, late, and their latency counts from when they should have left', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(
      clock,
      asleep(() => clock),
    );
    const { samples } = await driveAll(openLoop({ schedule: within(every(1_000), 10_000) }), { runner, clock });
    expect(samples).toHaveLength(10);
    const fourth = inIssueOrder(samples)[3]!;
    expect(fourth.scheduledMs).toBe(3_000);
    expect(fourth.issuedMs).toBeGreaterThanOrEqual(7_000);
  });
});

it('that goes on sends what is left, at the times that were planned', async () => {
  const clock = new FakeClock();
  clock.advance(4_200);
  const runner = new ScriptedRunner(clock, () => ({ takesMs: 10 }));
  const done = new Set([0, 1, 3, 7]);
  const { samples, stoppedBy } = await driveAll(openLoop({ schedule: within(every(1_000), 10_000) }), {
    runner,
    clock,
    beganMs: 3_000,
    done,
    images: ['a', 'b', 'c'],
  });
  expect(stoppedBy).toBe('duration');
  const left = [2, 4, 5, 6, 8, 9];
  expect(samples.map(({ seq }) => seq)).toEqual(left);
  expect(samples.map(({ scheduledMs }) => scheduledMs)).toEqual(left.map(seq => 3_000 + seq * 1_000));
  expect(samples.map(({ image }) => image)).toEqual(left.map(seq => 'abc'[seq % 3]));
});

it('killed wherever and gone on with: each slot once, at its time, whatever the answers do', async () => {
  const random = seededRandom(5);
  for (let round = 0; round < 40; round++) {
    const schedule = within(round % 2 === 0 ? every(5 + random() * 50) : poisson(30, round), 1_500);
    const planned = [...schedule];
    const beganMs = Math.floor(random() * 100);
    const done = new Map<number, Sample>();
    for (let sitting = 0; done.size < planned.length && sitting < 50; sitting++) {
      const clock = new FakeClock();
      const firstLeft = planned.findIndex((_, seq) => !done.has(seq));
      clock.advance(beganMs + planned[firstLeft]! * random() ** 0.1);
      const runner = new ScriptedRunner(clock, () => ({
        takesMs: random() < 0.1 ? random() * 300 : random() * 20,
        ...(random() < 0.2 && { throws: queryFailure() }),
      }));
      const driving = openLoop({ schedule }).drive({
        runner,
        clock,
        beganMs,
        done,
        signal: new AbortController().signal,
        images: [imageNamed('a')],
      });
      // What has not arrived by then is lost with the process.
      for (let left = 1 + Math.floor(random() * 20); left > 0; left--) {
        const next = await driving.next();
        if (next.done) break;
        expect(done.has(next.value.seq)).toBe(false);
        done.set(next.value.seq, next.value);
      }
      await driving.return('signal');
    }
    expect([...done.keys()].sort((a, b) => a - b)).toEqual(planned.map((_, seq) => seq));
    for (const [seq, sample] of done) {
      expect(sample.scheduledMs).toBeCloseTo(beganMs + planned[seq]!, 5);
    }
  }
});

describe('the end', () => {
  it('comes with the signal, once what is in flight was answered', async () => {
    const aborter = new AbortController();
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, call => ({
      takesMs: 25,
      ...(call === 4 && { meanwhile: () => aborter.abort() }),
    }));
    const driven = await driveAll(openLoop({ schedule: every(10) }), { runner, clock, signal: aborter.signal });
    expect(driven.stoppedBy).toBe('signal');
    expect(inIssueOrder(driven.samples).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    expect(runner.inFlight).toBe(0);
  });

  it('comes when its reader leaves: nothing more is sent', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, () => ({ takesMs: 1 }));
    const images = [{ name: 'a', bytes: new Uint8Array(), sha256: '' }];
    const signal = new AbortController().signal;
    for await (const sample of openLoop({ schedule: every(10) }).drive({ runner, clock, images, signal })) {
      if (sample.seq === 2) break;
    }
    expect(runner.inFlight).toBe(0);
    expect(runner.asked.length).toBeLessThan(6);
  });

  it('comes with an error that is no failed query, after what was answered before it', async () => {
    const clock = new FakeClock();
    const runner = new ScriptedRunner(clock, call => (call === 2 ? { throws: new Error('a bug') } : {}));
    const seen: number[] = [];
    await expect(
      driveAll(openLoop({ schedule: within(every(30), 3_000) }), { runner, clock }, ({ seq }) => seen.push(seq)),
    ).rejects.toThrow('a bug');
    expect(seen).toEqual([0, 1]);
    expect(runner.asked.length).toBeLessThan(6);
  });

  it('comes at once without a slot', async () => {
    const { samples, stoppedBy } = await run({ schedule: [] });
    expect([samples, stoppedBy]).toEqual([[], 'duration']);
  });
});
