/** What runners find out of their calls after the answers: kept as it comes, while the run goes on and for a while after it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { CallEvidence, ObservedCall } from '../core/evidence.ts';
import type { Sample, Warning } from '../core/record.ts';
import { Arrivals } from '../scenarios/arrivals.ts';
import type { RunJournal } from './run-journal.ts';
import type { TargetPlan } from './run-plan.ts';

/** Of a run that is interrupted: what is there by then is taken, nothing is waited for. */
const INTERRUPTED_MS = 2_000;

export interface TargetEvidence extends CallEvidence {
  readonly target: string;
}

export class EvidenceWatch {
  readonly #clock: Clock;
  readonly #journal: RunJournal;
  readonly #calls = new Map<string, Arrivals<ObservedCall>>();
  readonly #found = new Arrivals<TargetEvidence>();
  readonly #stop = new AbortController();
  readonly #warnings = new Map<string, Warning[]>();
  readonly #watching: Promise<void>[] = [];

  constructor(targets: readonly TargetPlan[], clock: Clock, journal: RunJournal) {
    this.#clock = clock;
    this.#journal = journal;
    for (const { name, runner } of targets) {
      if (runner.evidence === undefined) continue;
      const calls = new Arrivals<ObservedCall>();
      this.#calls.set(name, calls);
      this.#watching.push(this.#watch(name, runner.evidence(calls, this.#stop.signal)));
    }
    void Promise.all(this.#watching).then(() => this.#found.end());
  }

  /** A call is over. */
  sample(target: string, sample: Sample): void {
    const calls = this.#calls.get(target);
    if (calls === undefined) return;
    calls.add(observedCall(sample, this.#clock));
  }

  /** What was found since it was last asked. */
  news(): TargetEvidence[] {
    return this.#found.take();
  }

  /** After the last call: what is still found until every runner has given up looking. Of a run that `signal` has ended that is soon. */
  async *rest(signal: AbortSignal): AsyncGenerator<TargetEvidence, void> {
    for (const calls of this.#calls.values()) calls.end();
    const hurry = () =>
      void sleep(INTERRUPTED_MS, undefined, { signal: this.#stop.signal }).then(
        () => this.stop(),
        () => {},
      );
    if (signal.aborted) hurry();
    else signal.addEventListener('abort', hurry, { once: true });
    try {
      yield* this.#found;
    } finally {
      signal.removeEventListener('abort', hurry);
      this.stop();
      await Promise.all(this.#watching);
    }
  }

  /** Whether anything is to be waited for. */
  get any(): boolean {
    return this.#calls.size > 0;
  }

  stop(): void {
    this.#stop.abort();
  }

  warnings(target: string): readonly Warning[] {
    return this.#warnings.get(target) ?? [];
  }

  /** Never throws: a run that cannot find out more is none the worse for it. */
  async #watch(target: string, found: AsyncIterable<CallEvidence>): Promise<void> {
    try {
      for await (const { seq, evidence } of found) {
        this.#journal.evidence(target, seq, evidence);
        this.#found.add({ target, seq, evidence });
      }
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      const message = `traces and log lines could not be read to the end: ${messageOf(thrown)}`;
      this.#warnings.set(target, [
        { code: 'evidence', message, advice: 'run with --no-traces --no-logs; and please report it' },
      ]);
    }
  }
}

/** The call as those need it who look for its trace and its log line. */
export function observedCall(sample: Sample, clock: Pick<Clock, 'nowMs'>): ObservedCall {
  const { seq, issuedMs, completedMs, outcome, requestId, traceId, traceJoin, trace, evidence } = sample;
  const httpStatus = outcome.ok ? outcome.httpStatus : outcome.error.httpStatus;
  // The wall clock may have been set since the run began.
  const zeroAtMs = Date.now() - clock.nowMs();
  return {
    seq,
    issuedAtMs: zeroAtMs + issuedMs,
    completedAtMs: zeroAtMs + completedMs,
    ok: outcome.ok,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(requestId !== undefined && { requestId }),
    ...(traceId !== undefined && { traceId }),
    ...((traceJoin === 'handler' || traceJoin === 'header') && { traceJoin }),
    ...(trace === 'not-sampled' && { sampled: false }),
    ...(evidence?.log !== undefined && { logged: true }),
  };
}
