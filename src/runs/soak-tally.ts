/** What is known so far of a target's calls in a soak: counts, percentiles, the last call. Its memory does not grow. */
import { isFirstCall, type Sample, type StartKind } from '../core/sample.ts';
import { RunningPercentiles } from '../stats/running-percentiles.ts';

export interface LastCall {
  /** From the scheduled time, of a failed call too. */
  readonly responseMs: number;
  readonly start: StartKind;
  /** Absent when it succeeded. */
  readonly failure?: string;
}

export class SoakTally {
  readonly name: string;
  readonly planned: number;
  /** Of measured calls that succeeded and were not the first of their environment: what the report's percentiles are of. */
  readonly #responses = new RunningPercentiles();
  readonly #failures = new Map<string, number>();
  #answered = 0;
  #cold = 0;
  #proactive = 0;
  #missed = 0;
  #dropped = 0;
  #last: LastCall | undefined;

  constructor(name: string, planned: number) {
    this.name = name;
    this.planned = planned;
  }

  add({ outcome, phase, start, scheduledMs, completedMs }: Sample): void {
    const responseMs = completedMs - scheduledMs;
    this.#answered++;
    if (start === 'cold') this.#cold++;
    if (start === 'proactive') this.#proactive++;
    if (outcome.ok) {
      if (phase === 'measured' && !isFirstCall(start)) this.#responses.add(responseMs);
      this.#last = { responseMs, start };
    } else {
      const failure = outcome.error.kind;
      this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1);
      this.#last = { responseMs, start, failure };
    }
  }

  addMissed(count: number): void {
    this.#missed += count;
  }

  addDropped(count: number): void {
    this.#dropped += count;
  }

  /** Calls that have ended, failed ones included. */
  get answered(): number {
    return this.#answered;
  }

  get cold(): number {
    return this.#cold;
  }

  get proactive(): number {
    return this.#proactive;
  }

  get missed(): number {
    return this.#missed;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** As they ended, which is not the order in which they left. */
  get last(): LastCall | undefined {
    return this.#last;
  }

  /** Milliseconds; undefined where the calls are too few to speak of it. */
  responsePercentile(percent: number): number | undefined {
    return this.#responses.value(percent);
  }

  /** Most frequent first; of equal ones the one that came first. */
  get failures(): [kind: string, count: number][] {
    return [...this.#failures].sort(([, a], [, b]) => b - a);
  }
}
