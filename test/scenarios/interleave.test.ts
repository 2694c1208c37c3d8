/** Targets take turns, whatever each of them does. */
import { describe, expect, it } from 'vitest';
import { startClock } from '../../src/core/clock.ts';
import type { Sample } from '../../src/core/record.ts';
import type { Runner } from '../../src/core/runner.ts';
import type { StopReason } from '../../src/core/scenario.ts';
import { interleave } from '../../src/scenarios/interleave.ts';
import { openLoop } from '../../src/scenarios/open-loop.ts';
import { every } from '../../src/scenarios/schedule.ts';
import { sampleWith } from '../sample.ts';
import { imageNamed } from './scripted-runner.ts';

/** So many samples, then the reason; says when it is ended from outside. */
async function* drive(
  count: number,
  reason: StopReason,
  onEnd: () => void = () => {},
): AsyncGenerator<Sample, StopReason> {
  try {
    for (let seq = 0; seq < count; seq++) yield sampleWith({ seq });
    return reason;
  } finally {
    onEnd();
  }
}

function merge(drives: Record<string, AsyncGenerator<Sample, StopReason>>, order: 'turns' | 'own time') {
  const targets = Object.entries(drives).map(([name, drive]) => [name, () => drive] as const);
  return interleave(new Map(targets), order, new AbortController().signal);
}

async function collect(drives: Record<string, AsyncGenerator<Sample, StopReason>>) {
  const merged = merge(drives, 'turns');
  const order: string[] = [];
  for (;;) {
    const next = await merged.next();
    if (next.done) return { order, reason: next.value };
    order.push(`${next.value.target}${next.value.sample.seq}`);
  }
}

describe('in turns', () => {
  it('passes a sole target through', async () => {
    expect(await collect({ a: drive(2, 'duration') })).toEqual({ order: ['a0', 'a1'], reason: 'duration' });
  });

  it('gives each target one query in its turn', async () => {
    const { order } = await collect({ a: drive(3, 'iterations'), b: drive(3, 'iterations') });
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  });

  it('passes over one that has ended', async () => {
    const { order } = await collect({
      a: drive(1, 'iterations'),
      b: drive(3, 'iterations'),
      c: drive(2, 'iterations'),
    });
    expect(order).toEqual(['a0', 'b0', 'c0', 'b1', 'c1', 'b2']);
  });

  it.each<[StopReason, StopReason, StopReason]>([
    ['iterations', 'iterations', 'iterations'],
    ['iterations', 'duration', 'duration'],
    ['signal', 'duration', 'signal'],
    ['duration', 'signal', 'signal'],
  ])('of %s and %s it was the %s', async (a, b, whole) => {
    expect((await collect({ a: drive(1, a), b: drive(1, b) })).reason).toBe(whole);
  });

  it('has never two queries in flight', async () => {
    let inFlight = 0;
    async function* slow(ms: number): AsyncGenerator<Sample, StopReason> {
      for (let seq = 0; seq < 3; seq++) {
        expect(++inFlight).toBe(1);
        await new Promise(resolve => setTimeout(resolve, ms));
        inFlight--;
        yield sampleWith({ seq });
      }
      return 'iterations';
    }
    expect((await collect({ a: slow(5), b: slow(1) })).order).toHaveLength(6);
  });
});

describe('in their own time', () => {
  async function* timed(moments: readonly number[], reason: StopReason): AsyncGenerator<Sample, StopReason> {
    const began = performance.now();
    for (const [seq, atMs] of moments.entries()) {
      await new Promise(resolve => setTimeout(resolve, atMs - (performance.now() - began)));
      yield sampleWith({ seq });
    }
    return reason;
  }

  it('samples come as they are made; a slow target holds up nobody', async () => {
    const merged = merge({ a: timed([300], 'duration'), b: timed([1, 50, 100], 'iterations') }, 'own time');
    const order: string[] = [];
    for (;;) {
      const next = await merged.next();
      if (next.done) {
        expect(next.value).toBe('duration');
        break;
      }
      order.push(`${next.value.target}${next.value.sample.seq}`);
    }
    expect(order).toEqual(['b0', 'b1', 'b2', 'a0']);
  });
});

describe.each(['turns', 'own time'] as const)('%s', order => {
  it('ends every target when it is ended, and when one of them throws', async () => {
    const ended: string[] = [];
    const both = () => ({
      a: drive(9, 'iterations', () => ended.push('a')),
      b: drive(9, 'iterations', () => ended.push('b')),
    });
    const merged = merge(both(), order);
    await merged.next();
    await merged.next();
    await merged.return('signal');
    expect(ended.sort()).toEqual(['a', 'b']);

    async function* broken(): AsyncGenerator<Sample, StopReason> {
      yield sampleWith({ seq: 0 });
      throw new Error('a bug');
    }
    const failing = merge({ ...both(), c: broken() }, order);
    const all = async () => {
      while (!(await failing.next()).done);
    };
    await expect(all()).rejects.toThrow('a bug');
    expect(ended.sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('ends one that waits for its next slot at once', async () => {
    const waiting = (signal: AbortSignal) =>
      openLoop({ schedule: every(3_600_000, 3_600_000) }).drive(contextWith(signal));
    const failing = (signal: AbortSignal) =>
      openLoop({ schedule: [0] }).drive(
        contextWith(signal, async () => {
          throw new Error('a bug');
        }),
      );
    const merged = interleave(
      new Map([
        ['a', failing],
        ['b', waiting],
      ]),
      order,
      new AbortController().signal,
    );
    await expect(merged.next()).rejects.toThrow('a bug');
  });
});

function contextWith(
  signal: AbortSignal,
  infer: Runner['infer'] = async () => ({ predictions: [], timings: {}, start: 'warm' }),
) {
  const runner: Runner = { start: async () => ({ emulated: false }), infer, stop: async () => {} };
  return { runner, images: [imageNamed('a')], clock: startClock(), signal };
}
