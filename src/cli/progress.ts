/** What a closed loop shows while it runs: how far, the running median, the time left; of several targets each. */
import { isFirstCall, type Sample } from '../core/sample.ts';
import { RunningPercentiles } from '../stats/running-percentiles.ts';

export interface Limits {
  readonly iterations?: number;
  readonly durationMs?: number;
  /** Cold calls are what is counted. */
  readonly cold?: boolean;
}

/** The line of each target, one behind the other, and the time left for all of them. */
export class TargetsProgress {
  readonly #loops: ReadonlyMap<string, LoopProgress>;
  readonly #durationMs: number | undefined;
  #firstIssuedMs: number | undefined;

  constructor(names: readonly string[], limits: Limits) {
    this.#loops = new Map(names.map(name => [name, new LoopProgress(limits)]));
    this.#durationMs = limits.durationMs;
  }

  /** The line after this sample: `57/100 · inference p50 20.9 ms · 2 s left`. */
  after(target: string, sample: Sample): string {
    this.#firstIssuedMs ??= sample.issuedMs;
    this.#loops.get(target)!.add(sample);
    const lines = [...this.#loops].map(([name, loop]) =>
      this.#loops.size === 1 ? loop.line() : `${name} ${loop.line()}`,
    );
    const left = this.#leftMs(sample.completedMs - this.#firstIssuedMs);
    return [lines.join(' | '), left !== undefined && `${Math.ceil(left / 1000)} s left`].filter(Boolean).join(' · ');
  }

  /** By whichever limit is nearer. They take turns, so the time of one comes on top of that of the others. */
  #leftMs(elapsedMs: number): number | undefined {
    const byTarget = [...this.#loops.values()].map(loop => loop.leftMs());
    const byCount = byTarget.reduce(
      (sum, left) => (sum === undefined || left === undefined ? undefined : sum + left),
      0,
    );
    const byTime = this.#durationMs === undefined ? undefined : this.#durationMs - elapsedMs;
    const known = [byCount, byTime].filter(left => left !== undefined);
    return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
  }
}

class LoopProgress {
  readonly #iterations: number | undefined;
  readonly #inference = new RunningPercentiles();
  readonly #service = new RunningPercentiles();
  #measured = 0;
  #failed = 0;
  #warmingUp = true;

  readonly #cold: boolean;

  constructor({ iterations, cold = false }: Limits) {
    this.#iterations = iterations;
    this.#cold = cold;
  }

  add(sample: Sample): void {
    if (!sample.outcome.ok) this.#failed++;
    this.#warmingUp = sample.phase === 'warmup';
    if (this.#warmingUp || sample.phase === 'apart' || (isFirstCall(sample.start) && !this.#cold)) return;
    this.#measured++;
    if (!sample.outcome.ok) return;
    this.#service.add(sample.completedMs - sample.issuedMs);
    if (sample.timings.inferenceMs !== undefined) this.#inference.add(sample.timings.inferenceMs);
  }

  line(): string {
    if (this.#warmingUp) return 'warming up';
    const p50 = this.#inference.median();
    return [
      this.#iterations === undefined ? `${this.#measured} calls` : `${this.#measured}/${this.#iterations}`,
      p50 !== undefined && `inference p50 ${p50.toPrecision(3)} ms`,
      this.#failed > 0 && `${this.#failed} failed`,
    ]
      .filter(Boolean)
      .join(' · ');
  }

  /** Undefined without a limit, or before the first measured call. */
  leftMs(): number | undefined {
    const perCallMs = this.#service.median();
    if (this.#iterations === undefined || perCallMs === undefined) return undefined;
    return (this.#iterations - this.#measured) * perCallMs;
  }
}
