/** Summary of a target's samples: distributions by start kind and timing, failures by kind. */
import type { Distribution, Sample, StartKind, Summary } from '../core/record.ts';
import { distributionOf } from './distribution.ts';

/** Every time of a sample in milliseconds, the three that follow from its offsets included. */
export function timesOf(sample: Sample): Record<string, number> {
  return {
    responseMs: difference(sample.completedMs, sample.scheduledMs),
    serviceMs: difference(sample.completedMs, sample.issuedMs),
    issueDelayMs: difference(sample.issuedMs, sample.scheduledMs),
    ...sample.timings,
  };
}

/** To the nanosecond, which is all that the offsets have. */
function difference(laterMs: number, earlierMs: number): number {
  return Math.round((laterMs - earlierMs) * 1e6) / 1e6;
}

/** Collects samples one by one, so that a long run's samples need not be held; only their times are. */
export class Summarizer {
  readonly #times = new Map<StartKind, Map<string, number[]>>();
  readonly #failed = new Map<string, number>();

  add(sample: Sample): void {
    if (!sample.outcome.ok) {
      const { kind } = sample.outcome.error;
      this.#failed.set(kind, (this.#failed.get(kind) ?? 0) + 1);
      return;
    }
    if (sample.phase !== 'measured') return;
    const byTiming = this.#times.get(sample.start) ?? new Map<string, number[]>();
    this.#times.set(sample.start, byTiming);
    for (const [timing, ms] of Object.entries(timesOf(sample))) {
      const values = byTiming.get(timing);
      if (values === undefined) byTiming.set(timing, [ms]);
      else values.push(ms);
    }
  }

  summary(): Summary {
    const summary: Summary = { failed: Object.fromEntries(this.#failed) };
    for (const [start, byTiming] of this.#times) {
      const distributions: Record<string, Distribution> = {};
      for (const [timing, values] of byTiming) {
        const distribution = distributionOf(values);
        if (distribution !== undefined) distributions[timing] = distribution;
      }
      summary[start] = distributions;
    }
    return summary;
  }
}

export function summarize(samples: Iterable<Sample>): Summary {
  const summarizer = new Summarizer();
  for (const sample of samples) summarizer.add(sample);
  return summarizer.summary();
}
