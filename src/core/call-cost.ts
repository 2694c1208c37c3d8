/** What a call to a function costs, and what many of them do in a month, where prices fall with their number. */
import { type Architecture, PRICES, type PriceList, type Tiers } from './prices.ts';

export interface PricedCall {
  readonly billedMs: number;
  readonly memoryMb: number;
  /** An HTTP API costs on top; Function URL and Invoke do not. */
  readonly frontDoor?: 'url' | 'http-api' | 'invoke' | undefined;
  readonly requestBytes?: number | undefined;
}

/** What a call uses of what is charged for. */
export interface Usage {
  readonly gbSeconds: number;
  /** Of an HTTP API; 0 without one. */
  readonly httpApiUnits: number;
  /** The size of the request, by which an HTTP API counts, is not known: so many units at least. */
  readonly atLeast?: true;
}

export function usageOf({ billedMs, memoryMb, frontDoor, requestBytes }: PricedCall, prices = PRICES): Usage {
  const gbSeconds = (billedMs / 1_000) * (memoryMb / 1_024);
  if (frontDoor !== 'http-api') return { gbSeconds, httpApiUnits: 0 };
  if (requestBytes === undefined) return { gbSeconds, httpApiUnits: 1, atLeast: true };
  return { gbSeconds, httpApiUnits: Math.max(1, Math.ceil(requestBytes / prices.httpApi.unitBytes)) };
}

/** US dollars of one call in the first tiers, without the free one; at least so many where its usage is. */
export function callCostUsd(call: PricedCall, prices = PRICES, architecture: Architecture = 'x86_64'): number {
  return usageCostUsd(usageOf(call, prices), prices, architecture);
}

export function usageCostUsd(
  { gbSeconds, httpApiUnits }: Usage,
  prices: PriceList,
  architecture: Architecture,
): number {
  const { gbSecond, requestUsd } = prices.lambda;
  return gbSeconds * gbSecond[architecture][0]!.usd + requestUsd + httpApiUnits * prices.httpApi.unit[0]!.usd;
}

export interface Terms {
  readonly prices: PriceList;
  readonly architecture: Architecture;
  /** Whether Lambda's free requests and gigabyte seconds are taken off. */
  readonly freeTier: boolean;
}

/** US dollars a month of so many such calls. */
export function monthCostUsd(calls: number, usage: Usage, { prices, architecture, freeTier }: Terms): number {
  const { gbSecond, requestUsd, free } = prices.lambda;
  const { requests, gbSeconds } = freeTier ? free : { requests: 0, gbSeconds: 0 };
  return (
    tieredUsd(Math.max(0, calls * usage.gbSeconds - gbSeconds), gbSecond[architecture]) +
    Math.max(0, calls - requests) * requestUsd +
    tieredUsd(calls * usage.httpApiUnits, prices.httpApi.unit)
  );
}

function tieredUsd(units: number, tiers: Tiers): number {
  let from = 0;
  let sum = 0;
  for (const { upTo, usd } of tiers) {
    const to = upTo ?? Number.POSITIVE_INFINITY;
    sum += Math.max(0, Math.min(units, to) - from) * usd;
    from = to;
    if (units <= to) break;
  }
  return sum;
}

/** Calls a month from which so many dollars a month are less than what the calls cost. Undefined where calls cost nothing. */
export function breakEvenCalls(fixedUsd: number, usage: Usage, terms: Terms): number | undefined {
  const most = 1e15;
  if (monthCostUsd(most, usage, terms) <= fixedUsd) return undefined;
  // The cost never falls with more calls.
  let [low, high] = [0, most];
  for (let i = 0; i < 200 && high - low > 1e-6; i++) {
    const middle = (low + high) / 2;
    if (monthCostUsd(middle, usage, terms) < fixedUsd) low = middle;
    else high = middle;
  }
  return high;
}
