/** What a closed loop shows while it runs: how far, the running median, the time left. */
import type { Sample } from '../core/record.ts';
import { RunningMedian } from '../stats/running-median.ts';

export interface Limits {
  readonly iterations?: number;
  readonly durationMs?: number;
}

/** The line of each target, one behind the other. */
export class TargetsProgress {
  readonly #loops: ReadonlyMap<string, LoopProgress>;
  readonly #lines = new Map<string, string>();

  constructor(names: readonly string[], limits: Limits) {
    this.#loops = new Map(names.map(name => [name, new LoopProgress(limits)]));
  }

  after(target: string, sample: Sample): string {
    this.#lines.set(target, this.#loops.get(target)!.after(sample));
    if (this.#loops.size === 1) return this.#lines.get(target)!;
    return [...this.#lines].map(([name, line]) => `${name} ${line}`).join(' | ');
  }
}

class LoopProgress {
  readonly #limits: Limits;
  readonly #inference = new RunningMedian();
  readonly #service = new RunningMedian();
  #measured = 0;
  #failed = 0;
  #firstIssuedMs: number | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The line after this sample: `57/100 · inference p50 20.9 ms · 2 s left`. */
  after(sample: Sample): string {
    this.#firstIssuedMs ??= sample.issuedMs;
    if (!sample.outcome.ok) this.#failed++;
    if (sample.phase === 'warmup') return 'warming up';
    if (sample.start !== 'cold') this.#measured++;
    if (sample.outcome.ok && sample.start !== 'cold') {
      this.#service.add(sample.completedMs - sample.issuedMs);
      if (sample.timings.inferenceMs !== undefined) this.#inference.add(sample.timings.inferenceMs);
    }
    const p50 = this.#inference.value();
    const left = this.#leftMs(sample.completedMs - this.#firstIssuedMs);
    return [
      this.#limits.iterations === undefined
        ? `${this.#measured} calls`
        : `${this.#measured}/${this.#limits.iterations}`,
      p50 !== undefined && `inference p50 ${p50.toPrecision(3)} ms`,
      this.#failed > 0 && `${this.#failed} failed`,
      left !== undefined && `${Math.ceil(left / 1000)} s left`,
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** By whichever limit is nearer. */
  #leftMs(elapsedMs: number): number | undefined {
    const { iterations, durationMs } = this.#limits;
    const perCallMs = this.#service.value();
    const byCount =
      iterations === undefined || perCallMs === undefined ? undefined : (iterations - this.#measured) * perCallMs;
    const byTime = durationMs === undefined ? undefined : durationMs - elapsedMs;
    const known = [byCount, byTime].filter(left => left !== undefined);
    return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
  }
}
