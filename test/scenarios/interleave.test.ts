/** Targets take turns, whatever each of them does. */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/core/record.ts';
import type { StopReason } from '../../src/core/scenario.ts';
import { interleave } from '../../src/scenarios/interleave.ts';
import { sampleWith } from '../sample.ts';

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

async function collect(drives: Record<string, AsyncGenerator<Sample, StopReason>>) {
  const merged = interleave(new Map(Object.entries(drives)));
  const order: string[] = [];
  for (;;) {
    const next = await merged.next();
    if (next.done) return { order, reason: next.value };
    order.push(`${next.value.target}${next.value.sample.seq}`);
  }
}

describe('interleave', () => {
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

  it('ends every target when it is ended, and when one of them throws', async () => {
    const ended: string[] = [];
    const both = () => ({
      a: drive(9, 'iterations', () => ended.push('a')),
      b: drive(9, 'iterations', () => ended.push('b')),
    });
    const merged = interleave(new Map(Object.entries(both())));
    await merged.next();
    await merged.next();
    await merged.return('signal');
    expect(ended).toEqual(['a', 'b']);

    async function* broken(): AsyncGenerator<Sample, StopReason> {
      yield sampleWith({ seq: 0 });
      throw new Error('a bug');
    }
    await expect(collect({ ...both(), c: broken() })).rejects.toThrow('a bug');
    expect(ended).toEqual(['a', 'b', 'a', 'b']);
  });
});
