/** What a run has cost so far on AWS, estimated as it goes, and when the next call would pass a limit. */

import { callCostUsd, type PricedCall } from '../core/call-cost.ts';
import { SetupError } from '../core/errors.ts';
import type { Evidence } from '../core/evidence.ts';
import { MOST_EVENT_BYTES } from '../core/lambda-limits.ts';
import { ARCHITECTURES, type PriceList } from '../core/prices.ts';
import { hasReached } from '../core/reached.ts';
import type { Sample, TargetInfo } from '../core/record.ts';
import type { Runner } from '../core/runner.ts';
import { prepared } from './prepared-runner.ts';
import type { RunPlan } from './run-plan.ts';

/** The plan with a limit, which the record tells. */
export function withCostLimit(plan: RunPlan, limitUsd: number | undefined, prices: PriceList): RunPlan {
  if (limitUsd === undefined) return plan;
  return { ...plan, cost: new CostWatch(limitUsd, prices), options: { ...plan.options, maxCostUsd: limitUsd } };
}

/** Of a call whose log line may still come. */
interface Estimate extends Omit<PricedCall, 'billedMs'> {
  readonly usd: number;
}

/** Beyond that the oldest stay estimates: their log lines would have come by then. */
const MOST_ESTIMATED = 100_000;

type Info = Pick<TargetInfo, 'memoryMb' | 'frontDoor' | 'connection'>;

export class CostWatch {
  readonly limitUsd: number;
  readonly #prices: PriceList;
  #spentUsd = 0;
  #dearestUsd = 0;
  #inFlight = 0;
  /** Failed calls of a function whose memory nobody has told yet. */
  readonly #unpriced: { readonly target: string; readonly sample: Sample }[] = [];
  /** Calls by their time here, until the log tells what was billed. */
  readonly #estimated = new Map<string, Estimate>();

  constructor(limitUsd: number, prices: PriceList) {
    this.limitUsd = limitUsd;
    this.#prices = prices;
  }

  get spentUsd(): number {
    return this.#spentUsd;
  }

  /** Of a call that is over. Throws SetupError when nobody knows what it cost. */
  add(target: string, sample: Sample, info: Info): void {
    if (info.connection === undefined || !isBilled(sample)) return;
    const memoryMb = info.memoryMb ?? sample.memory.sizeMb ?? sample.evidence?.log?.memorySizeMb;
    if (memoryMb === undefined && !sample.outcome.ok) {
      // It tells nothing; the first that succeeds will.
      this.#unpriced.push({ target, sample });
      return;
    }
    if (memoryMb === undefined) {
      throw new SetupError(
        'what a call costs is not known: the function does not tell its memory',
        'leave --max-cost out, or name the function by --function',
      );
    }
    for (const earlier of this.#unpriced.splice(0)) this.add(earlier.target, earlier.sample, { ...info, memoryMb });
    const requestBytes = sample.requestBytes ?? MOST_EVENT_BYTES;
    const call = { memoryMb, frontDoor: info.frontDoor, requestBytes };
    const billedMs = sample.evidence?.log?.billedMs;
    // The network is in it, so that it is rather too much.
    const usd = this.#usdOf({ ...call, billedMs: billedMs ?? Math.ceil(sample.completedMs - sample.issuedMs) });
    this.#count(usd);
    if (billedMs !== undefined) return;
    this.#estimated.set(`${target} ${sample.seq}`, { ...call, usd });
    const [oldest] = this.#estimated.keys();
    if (this.#estimated.size > MOST_ESTIMATED) this.#estimated.delete(oldest!);
  }

  /** What became known of it later. */
  correct(target: string, seq: number, { log }: Evidence): void {
    const estimated = this.#estimated.get(`${target} ${seq}`);
    if (estimated === undefined || log?.billedMs === undefined) return;
    this.#estimated.delete(`${target} ${seq}`);
    this.#spentUsd -= estimated.usd;
    this.#count(this.#usdOf({ ...estimated, billedMs: log.billedMs }));
  }

  /** Whether one more call, should it and those in flight be as dear as the dearest, costs more than is allowed. */
  get wouldPass(): boolean {
    return this.#spentUsd + (1 + this.#inFlight) * this.#dearestUsd > this.limitUsd;
  }

  /** The same runner, its calls in flight counted. */
  watching(runner: Runner): Runner {
    return {
      ...prepared(runner, { prepare: async signal => runner.prepare?.(signal) }),
      infer: async (image, signal) => {
        this.#inFlight++;
        try {
          return await runner.infer(image, signal);
        } finally {
          this.#inFlight--;
        }
      },
    };
  }

  /** On the dearer processor: which one it is only some answers tell. */
  #usdOf(call: PricedCall): number {
    return Math.max(...ARCHITECTURES.map(architecture => callCostUsd(call, this.#prices, architecture)));
  }

  #count(usd: number): void {
    this.#spentUsd += usd;
    this.#dearestUsd = Math.max(this.#dearestUsd, usd);
  }
}

/** Of one that was given up the function's work is paid for all the same. */
function isBilled({ outcome }: Sample): boolean {
  return hasReached(outcome) || (!outcome.ok && outcome.error.kind === 'timeout');
}
