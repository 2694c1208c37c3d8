/** Times of calls for a chart, in memory that does not grow: when they have become many, two in a row become one. */
import type { Sample } from '../core/sample.ts';
import { isFirstCall } from '../core/sample.ts';
import type { LivePoint } from './client/answers.ts';

/** As many as a chart of a screen's width can tell apart. */
const MOST_POINTS = 400;

export class LivePoints {
  #points: LivePoint[] = [];
  #callsPerPoint = 1;

  get callsPerPoint(): number {
    return this.#callsPerPoint;
  }

  get points(): readonly LivePoint[] {
    return this.#points;
  }

  /** `atMs`: since the measuring began. */
  add(atMs: number, { outcome, start, scheduledMs, completedMs }: Sample): void {
    const responseMs = completedMs - scheduledMs;
    const point: LivePoint = {
      ...{ atMs, leastMs: responseMs, mostMs: responseMs, calls: 1 },
      failed: outcome.ok ? 0 : 1,
      firsts: isFirstCall(start) ? 1 : 0,
    };
    const last = this.#points.at(-1);
    if (last !== undefined && last.calls < this.#callsPerPoint) {
      this.#points[this.#points.length - 1] = joined(last, point);
      return;
    }
    if (this.#points.length >= MOST_POINTS) this.#thin();
    this.#points.push(point);
  }

  #thin(): void {
    const pairs: LivePoint[] = [];
    for (let i = 0; i < this.#points.length; i += 2) {
      const [one, other] = [this.#points[i]!, this.#points[i + 1]];
      pairs.push(other === undefined ? one : joined(one, other));
    }
    this.#points = pairs;
    this.#callsPerPoint *= 2;
  }
}

function joined(one: LivePoint, other: LivePoint): LivePoint {
  return {
    atMs: one.atMs,
    leastMs: Math.min(one.leastMs, other.leastMs),
    mostMs: Math.max(one.mostMs, other.mostMs),
    calls: one.calls + other.calls,
    failed: one.failed + other.failed,
    firsts: one.firsts + other.firsts,
  };
}
