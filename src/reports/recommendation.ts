/** For a traffic that somebody names: what both ways cost and take by the figures of a record, and what follows. No layout, and no claim without a figure. */
import { ARCHITECTURES } from '../core/prices.ts';
import type { RunRecord, StartKind, Target } from '../core/record.ts';
import type { Traffic } from '../core/traffic.ts';
import { type CostTerms, costsOf, monthUsd, type StartCost, type TargetCost, usualStart } from './cost.ts';
import { costDoubts, formatRate, formatUsd, pricesName } from './cost-text.ts';
import { kindOfCalls } from './facts.ts';
import { formatMs, plural } from './figures.ts';
import { type Fleet, fleetFor } from './server-fleet.ts';
import { isFunction } from './target-facts.ts';

export interface Recommendation {
  /** One sentence; says so when nothing can be recommended. */
  readonly verdict: string;
  /** The figures that it rests on, and what they do not tell. */
  readonly because: readonly string[];
}

/** The verdict, and under it what it rests on, for text. */
export function recommendationText({ verdict, because }: Recommendation): string {
  return [verdict, ...because.map(line => `  ${line}`)].join('\n');
}

export function recommend(record: RunRecord, traffic: Traffic, given: CostTerms): Recommendation {
  const { costs, unknown } = costsOf(record, given);
  const [cost] = costs;
  if (cost === undefined) {
    const why = unknown[0] ?? 'this record has no calls of a function';
    return { verdict: `for ${traffic.text}: no recommendation, because ${why}`, because: [] };
  }
  const local = record.targets.find(({ info }) => !isFunction(info));
  const fleet = fleetFor(record, traffic, given);
  const lambda = lambdaUsd(cost, traffic, given);
  return {
    verdict: `for ${traffic.text}: ${verdictOf(cost, lambda, fleet)}`,
    because: [
      trafficLine(traffic),
      lambdaLine(cost, lambda),
      typeof fleet === 'string' ? fleet : fleet.line,
      latencyLine(cost.target, local),
      concurrencyLine(cost.target, traffic),
      coldLine(cost.target, traffic),
      ...costDoubts([cost]),
      `an estimate at the ${pricesName(given)}, not a bill`,
    ].filter(line => line !== undefined),
  };
}

/** US dollars a month, from the least to the most by what is not known: the architecture, and how many calls meet a cold environment. */
interface LambdaUsd {
  readonly low: number;
  readonly high: number;
  /** Of usual calls alone, and of cold ones, where either was billed. */
  readonly usual: StartKind;
  readonly usualUsd: number;
  readonly coldUsd: number | undefined;
  /** Nothing bounds it from above. */
  readonly atLeast: boolean;
}

function lambdaUsd(cost: TargetCost, { callsAMonth }: Traffic, given: CostTerms): LambdaUsd {
  const usual = usualStart(cost);
  const cold = cost.starts.find(({ start }) => start === 'cold');
  const starts = [usual, ...(cold === undefined ? [] : [cold])];
  const architectures = cost.architecture === undefined ? ARCHITECTURES : [cost.architecture];
  const of = (start: StartCost, as = cost) => monthUsd(as, start, callsAMonth, given);
  const all = starts.flatMap(start => architectures.map(architecture => of(start, { ...cost, architecture })));
  return {
    ...{ low: Math.min(...all), high: Math.max(...all) },
    ...{ usual: usual.start, usualUsd: of(usual), coldUsd: cold && of(cold) },
    atLeast: starts.some(({ usage }) => usage.atLeast),
  };
}

function verdictOf({ target: { name }, architecture }: TargetCost, lambda: LambdaUsd, fleet: Fleet | string): string {
  const { low, high, usual, coldUsd, atLeast } = lambda;
  if (typeof fleet === 'string') return `no recommendation, because ${fleet}`;
  const against = `${formatUsd(fleet.monthUsd)} USD a month for ${fleet.name}${fleet.known ? '' : ', how many of which it takes is not known'}`;
  // More servers cost more, so that what costs less than one of them costs less than any number.
  if (high < (fleet.known ? fleet.monthUsd : fleet.leastUsd) && !atLeast) {
    const usd = `${formatUsd(high)} USD a month`;
    return coldUsd === undefined
      ? `${name} costs less ${IF_ALL[usual]}; what cold ones cost is not known (${usd}, against ${against})`
      : `${name} costs less (${usd} at most, even if each call met a cold environment, against ${against})`;
  }
  // Of cold calls alone nothing tells how much less warm ones cost.
  if (low > fleet.monthUsd && fleet.known && usual !== 'cold') {
    return `a server costs less (${against}, against ${formatUsd(low)} USD for ${name} at least)`;
  }
  const range = high === low ? formatUsd(low) : `${formatUsd(low)} to ${formatUsd(high)}`;
  const depends = [
    ...(fleet.known ? [] : ['how many servers it takes']),
    ...(atLeast ? ['what its front door costs'] : []),
    ...(architecture === undefined ? ['its architecture'] : []),
    ...(usual === 'cold' || low <= fleet.monthUsd ? ['how many calls meet a cold environment'] : []),
  ];
  return `it depends on ${depends.join(', and on ')} (${range} USD a month${atLeast ? ' or more' : ''} for ${name}, against ${against})`;
}

function trafficLine({ callsAMonth, peakPerSecond }: Traffic): string {
  return `${Math.round(callsAMonth).toLocaleString('en')} calls a month, ${formatRate(peakPerSecond)} a second at most`;
}

const IF_ALL: Readonly<Record<StartKind, string>> = {
  warm: 'if no call meets a cold environment',
  unknown: `if all cost what ${kindOfCalls('unknown')} did`,
  proactive: 'if each call meets an environment that was made ahead',
  cold: 'if each call meets a cold environment',
};

function lambdaLine({ target: { name } }: TargetCost, { usual, usualUsd, coldUsd, atLeast }: LambdaUsd): string {
  const usd = (value: number) => `${atLeast ? 'at least ' : ''}${formatUsd(value)} USD`;
  const line = `${name}: ${usd(usualUsd)} a month ${IF_ALL[usual]}`;
  if (usual === 'cold') return `${line}; no other call of this record tells what those cost`;
  if (coldUsd === undefined) return `${line}; no cold call of this record tells what those cost`;
  return `${line}, ${usd(coldUsd)} if each does`;
}

function latencyLine(target: Target, local: Target | undefined): string | undefined {
  const p50 = (of: Target | undefined) => (of?.summary.warm ?? of?.summary.unknown)?.serviceMs?.p50;
  const [there, here] = [p50(target), p50(local)];
  if (there == null || here == null) return undefined;
  return `a warm call took ${formatMs(there)} ms of ${target.name} and ${formatMs(here)} ms here (medians)`;
}

/** Little's law. */
function environmentsAtPeak(
  { summary }: Target,
  { peakPerSecond }: Traffic,
): { count: number; meanMs: number } | undefined {
  const meanMs = (summary.warm ?? summary.unknown)?.serviceMs?.mean;
  return meanMs === undefined ? undefined : { count: Math.max(1, Math.ceil((peakPerSecond * meanMs) / 1_000)), meanMs };
}

function concurrencyLine(target: Target, traffic: Traffic): string | undefined {
  const peak = environmentsAtPeak(target, traffic);
  if (peak === undefined) return undefined;
  return `at its peak ${plural(peak.count, 'environment')} of ${target.name} at least, at ${formatMs(peak.meanMs)} ms a call`;
}

/** AWS ends environments that nobody calls, and does not say when. */
const SURELY_WARM_SECONDS = 60;

function coldLine(target: Target, traffic: Traffic): string | undefined {
  const { gapSeconds, restSeconds = 0 } = traffic;
  if (Math.max(gapSeconds, restSeconds) <= SURELY_WARM_SECONDS) return undefined;
  const cold = target.summary.cold?.serviceMs;
  const took =
    cold === undefined
      ? 'what a call takes that meets a cold one, this record does not tell'
      : `a call that met a cold one took ${formatMs(cold.p50 ?? cold.mean)} ms`;
  const why = `AWS ends environments that nobody calls, and does not say after how long; ${took}`;
  if (gapSeconds > SURELY_WARM_SECONDS) return `calls lie ${apart(gapSeconds)} apart: ${why}`;
  const count = environmentsAtPeak(target, traffic)?.count;
  const first =
    count === undefined ? 'its first calls' : count === 1 ? 'its first call' : `its first ${count} calls or more`;
  return `a burst follows ${apart(restSeconds)} without a call, so that ${first} may each meet a cold environment: ${why}`;
}

function apart(seconds: number): string {
  if (seconds >= 2 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}
