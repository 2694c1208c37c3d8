/** When a machine counts as busy with other things, on made-up counters and with a real program in a loop. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type BusyNews, BusyWatch, readBusy } from '../../src/runs/busy-watch.ts';
import { childrenMs } from '../../src/runs/process-tree-time.ts';

const PROCESSORS = 2;

interface Window {
  readonly ms?: number;
  /** Shares of the machine, 0 to 1. */
  readonly others: number;
  readonly own?: number;
  readonly known?: number;
}

/** A machine whose counters are set by hand, and the watch that reads them. */
class Machine {
  readonly watch = new BusyWatch();
  #reading = { atMs: 0, busyMs: 1_000_000, totalMs: 9_000_000, ownMs: 500 };

  constructor() {
    expect(this.watch.add(this.#reading)).toEqual({});
  }

  pass({ ms = 10_000, others, own = 0, known = 0 }: Window): BusyNews {
    const { atMs, busyMs, totalMs, ownMs } = this.#reading;
    const passedMs = ms * PROCESSORS;
    this.#reading = {
      atMs: atMs + ms,
      busyMs: busyMs + passedMs * (others + own + known),
      totalMs: totalMs + passedMs,
      ownMs: ownMs + passedMs * own,
    };
    return this.watch.add(this.#reading, passedMs * known);
  }

  /** As after a restart of whatever counts. */
  reset(): BusyNews {
    this.#reading = { ...this.#reading, atMs: this.#reading.atMs + 10_000, busyMs: 0, totalMs: 0 };
    return this.watch.add(this.#reading);
  }
}

const close = (value: number) => expect.closeTo(value, 9);
const busy = (fromMs: number, toMs: number, share: number) => ({
  kind: 'busy',
  fromMs,
  toMs,
  othersCpu: close(share),
});

describe('the share of others', () => {
  it.each<[string, Window, number]>([
    ['all that is done', { others: 0.15 }, 0.15],
    ['less what this process did', { others: 0.1, own: 0.7 }, 0.1],
    ['less what is known of its children', { others: 0.05, own: 0.3, known: 0.4 }, 0.05],
    ['never below nothing, when ours was not yet counted', { others: -0.01, own: 0.4 }, 0],
  ])('is %s', (_, window, othersCpu) => {
    expect(new Machine().pass(window)).toEqual({ othersCpu: close(othersCpu) });
  });

  it('is not told of a short window, which is joined to the next', () => {
    const machine = new Machine();
    expect(machine.pass({ ms: 2_000, others: 0.18, known: 0.5 })).toEqual({});
    expect(machine.pass({ ms: 6_000, others: 0.06, known: 0.1 })).toEqual({ othersCpu: close(0.09) });
  });

  it('is not told of an unclear window', () => {
    const machine = new Machine();
    machine.watch.skip();
    expect(machine.pass({ others: 0.9 })).toEqual({});
    expect(machine.pass({ others: 0.1 })).toEqual({ othersCpu: close(0.1) });
  });

  it('is not told of an unclear window that is short, and that is not joined to the next', () => {
    const machine = new Machine();
    machine.watch.skip();
    expect(machine.pass({ ms: 1_000, others: 0.9 })).toEqual({});
    expect(machine.pass({ others: 0.1 })).toEqual({ othersCpu: close(0.1) });
  });

  it('is not told when the counters went back', () => {
    const machine = new Machine();
    expect(machine.reset()).toEqual({});
    expect(machine.pass({ others: 0.1 })).toEqual({ othersCpu: close(0.1) });
  });

  it('is not told where the counters stand at zero', () => {
    const watch = new BusyWatch();
    for (const atMs of [0, 10_000, 20_000]) {
      expect(watch.add({ atMs, busyMs: 0, totalMs: 0, ownMs: atMs / 2 })).toEqual({});
    }
  });
});

describe('a busy window', () => {
  const sharesOf = (...shares: number[]) => {
    const machine = new Machine();
    return shares.map(others => machine.pass({ others }).busy);
  };

  it('is told with its time and share', () => {
    const [quiet, first, second, after] = sharesOf(0.02, 0.5, 0.7, 0.02);
    expect([quiet, after]).toEqual([undefined, undefined]);
    expect([first, second]).toEqual([busy(10_000, 20_000, 0.5), busy(20_000, 30_000, 0.7)]);
  });

  it('begins a stretch that goes on below the threshold, lest a load around it make many', () => {
    const told = sharesOf(0.15, 0.21, 0.19, 0.21, 0.15, 0.05, 0.15);
    expect(told.map(window => window !== undefined)).toEqual([false, true, true, true, true, false, false]);
  });

  it('is not made by ourselves', () => {
    const machine = new Machine();
    expect(machine.pass({ others: 0.01, own: 0.6, known: 0.39 })).toEqual({ othersCpu: close(0.01) });
  });
});

describe('the real counters', () => {
  // Some sandboxes show none.
  it.runIf(readBusy().totalMs > 0)(
    'show a program in a loop that is nobody’s here, and what is known of it is taken off',
    async () => {
      const read = () => ({ atMs: performance.now(), ...readBusy() });
      const [watch, knowing] = [new BusyWatch(), new BusyWatch()];
      const before = read();
      watch.add(before);
      knowing.add(before);
      const loopMs = await usedByLoop(6_000, 'orphan');
      const after = read();
      const totalMs = after.totalMs - before.totalMs;
      const { othersCpu = Number.NaN } = watch.add(after);
      // Whatever else the machine does comes on top; but ticks are rough, more so where a host takes processors away.
      expect(othersCpu * totalMs).toBeGreaterThan(0.5 * loopMs);
      expect(othersCpu).toBeLessThanOrEqual(1);
      const { othersCpu: unknown = Number.NaN } = knowing.add(after, loopMs);
      expect(unknown).toBeLessThan(othersCpu);
    },
  );

  it.runIf(readBusy().withChildren)('count a child as ours, while it runs and when it is gone', async () => {
    const before = childrenMs()!;
    const loop = usedByLoop(1_000, 'child');
    await expect.poll(() => childrenMs()! - before, { timeout: 10_000 }).toBeGreaterThan(100);
    const usedMs = await loop;
    // Ticks of 10 ms, of its user and system time each.
    await expect.poll(() => childrenMs()! - before).toBeGreaterThan(usedMs - 30);
    expect(childrenMs()! - before).toBeLessThan(usedMs + 200);
  });

  it('are of one measure', () => {
    const { busyMs, totalMs, ownMs } = readBusy();
    expect(busyMs).toBeGreaterThanOrEqual(0);
    expect(totalMs).toBeGreaterThanOrEqual(busyMs);
    expect(ownMs).toBeGreaterThan(0);
  });
});

/** Processor time of another process that does nothing else for so long. */
async function usedByLoop(ms: number, whose: 'child' | 'orphan'): Promise<number> {
  const program = `for (const end = performance.now() + ${ms}; performance.now() < end; );
const { user, system } = process.cpuUsage();
console.log((user + system) / 1000);`;
  const [command, args] =
    whose === 'child'
      ? [process.execPath, ['-e', program]]
      : ['/bin/sh', ['-c', '"$0" -e "$1" &', process.execPath, program]];
  const loop = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(loop.stdout), once(loop, 'exit')]);
  return Number(said);
}
