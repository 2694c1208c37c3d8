/** Finds traces and log lines of a run's calls: in the background while it goes on, then until all are found or patience ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallEvidence, ObservedCall } from '../core/evidence.ts';
import { openCase } from './open-case.ts';
import type { Pursuit } from './pursuit.ts';

export interface Pace {
  readonly intervalMs: number;
  /** After the last call. */
  readonly patienceMs: number;
  /** Between rounds after the last call. */
  readonly lastIntervalMs: number;
}

/** What a round that has begun within the patience may take beyond it. */
const LAST_ROUND_MS = 15_000;

/** `signal` ends it at once, with what is known by then. Throws nothing that AWS or the network does. */
export async function* collectEvidence(
  pursuits: readonly Pursuit[],
  calls: AsyncIterable<ObservedCall>,
  { intervalMs, patienceMs, lastIntervalMs }: Pace,
  signal: AbortSignal,
): AsyncGenerator<CallEvidence, void> {
  const ended = new AbortController();
  const timer = new RoundTimer(intervalMs);
  const reading = read(calls, pursuits, timer).finally(() => ended.abort());
  const round = async (last: boolean, until: AbortSignal) => {
    const found = await Promise.all(pursuits.map(pursuit => pursuit.round(last, until)));
    return found.flat();
  };
  // A run that is over, or broken off, ends the pause.
  const over = AbortSignal.any([ended.signal, signal]);
  while (!over.aborted) {
    await timer.wait(over);
    if (!over.aborted) yield* await round(false, signal);
    timer.restart();
  }
  if (!signal.aborted) await reading;
  const deadlineMs = performance.now() + patienceMs;
  // A round that goes on and on is ended too.
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs + LAST_ROUND_MS)]);
  while (!signal.aborted) {
    yield* await round(true, limit);
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0 || pursuits.every(({ waiting }) => waiting === 0)) break;
    await pause(Math.min(lastIntervalMs, leftMs), signal);
  }
  for (const pursuit of pursuits) yield* pursuit.giveUp();
}

async function read(
  calls: AsyncIterable<ObservedCall>,
  pursuits: readonly Pursuit[],
  timer: RoundTimer,
): Promise<void> {
  for await (const call of calls) {
    timer.callEnded();
    const found = openCase(call);
    for (const pursuit of pursuits) pursuit.add(found);
  }
}

/** Of an interval: how long after the end of a call a round comes at the soonest, and by how much that puts it off at most. */
const QUIET_PART = 0.2;

/**
 * A round comes an interval after the one before, but not on the heels of a call: calls on a schedule would else be met by a round each time they leave,
 * since both go by the same clock.
 */
class RoundTimer {
  readonly #intervalMs: number;
  #lastMs = performance.now();
  #quietFromMs = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  restart(): void {
    this.#lastMs = performance.now();
  }

  callEnded(): void {
    this.#quietFromMs = performance.now() + QUIET_PART * this.#intervalMs;
  }

  get #dueMs(): number {
    const regularMs = this.#lastMs + this.#intervalMs;
    return Math.max(regularMs, Math.min(this.#quietFromMs, regularMs + QUIET_PART * this.#intervalMs));
  }

  async wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = this.#dueMs - performance.now();
      if (leftMs <= 0 || signal.aborted) return;
      await pause(leftMs, signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
