/** How far AWS's clock is ahead of this one, by the Date of its answers: each narrows it down. */

/** Milliseconds to add to a time of this clock for one of AWS's. */
export interface Offset {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Two clocks kept by NTP; also the room left where no answer has told anything yet. */
const USUAL_MS = 1_000;

export class ClockOffset {
  #offset: Offset | undefined;

  /** A Date, which has whole seconds, cut off; times are those of this clock around the answer. */
  add(date: string, sentAtMs: number, receivedAtMs: number): void {
    const at = Date.parse(date);
    if (Number.isNaN(at)) return;
    const told = { leastMs: at - receivedAtMs, mostMs: at + 1_000 - sentAtMs };
    const leastMs = Math.max(told.leastMs, this.#offset?.leastMs ?? Number.NEGATIVE_INFINITY);
    const mostMs = Math.min(told.mostMs, this.#offset?.mostMs ?? Number.POSITIVE_INFINITY);
    // One of the clocks was set since.
    this.#offset = leastMs <= mostMs ? { leastMs, mostMs } : told;
  }

  get range(): Offset {
    return this.#offset ?? { leastMs: -USUAL_MS, mostMs: USUAL_MS };
  }
}

interface Deserialised {
  readonly response?: unknown;
}
type Next<In, Out extends Deserialised> = (args: In) => Promise<Out>;

/** Middleware for the step `deserialize` of a client. */
export function watchDate(offset: ClockOffset) {
  return <In, Out extends Deserialised>(next: Next<In, Out>): Next<In, Out> =>
    async args => {
      const sentAtMs = Date.now();
      const result = await next(args);
      const { headers } = (result.response ?? {}) as { headers?: Record<string, string> };
      if (headers?.date !== undefined) offset.add(headers.date, sentAtMs, Date.now());
      return result;
    };
}
