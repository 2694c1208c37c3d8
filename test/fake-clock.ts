/** A clock that stands still until a test moves it, or until everybody sleeps: half an hour passes at once. */
import type { Clock } from '../src/core/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Time that passes while the caller works. Wakes nobody by itself: like the real one, this clock never interrupts. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** Time jumps to the earliest sleeper when nothing else is left to do; sleepers of the same moment wake in the order they came. */
  sleepUntil(atMs: number, signal: AbortSignal): Promise<void> {
    if (atMs <= this.#nowMs || signal.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter(other => other !== sleeper);
        resolve();
      };
      const sleeper = { atMs, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', wake);
      setImmediate(() => this.#wakeEarliest());
    });
  }

  #wakeEarliest(): void {
    const [first, ...others] = this.#sleepers;
    if (first === undefined) return;
    const earliest = others.reduce((best, other) => (other.atMs < best.atMs ? other : best), first);
    this.#nowMs = Math.max(this.#nowMs, earliest.atMs);
    earliest.wake();
  }
}
