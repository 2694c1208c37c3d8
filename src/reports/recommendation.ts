/** For a traffic that somebody names: what both ways cost and take by the figures of a record, and what follows. No layout, and no claim without a figure. */
import type { Server } from '../core/prices.ts';
import type { RunRecord, Target } from '../core/record.ts';
import type { Traffic } from '../core/traffic.ts';
import { distributionOf } from '../stats/distribution.ts';
import { timesOf } from '../stats/summary.ts';
import { type CostTerms, costsOf, monthUsd, serverMonthUsd, type TargetCost, usualStart } from './cost.ts';
import { formatRate, formatUsd, pricesName } from './cost-text.ts';
import { formatMs, plural } from './figures.ts';
import { isFunction, mostOf } from './target-facts.ts';

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
  const fleet = fleetFor(local, traffic, given);
  const lambda = lambdaUsd(cost, traffic, given);
  return {
    verdict: `for ${traffic.text}: ${verdictOf(cost, lambda, fleet)}`,
    because: [
      trafficLine(traffic),
      lambdaLine(cost, lambda),
      fleet.line,
      latencyLine(cost.target, local),
      concurrencyLine(cost.target, traffic),
      coldLine(cost.target, traffic),
      `an estimate at the ${pricesName(given)}, not a bill`,
    ].filter(line => line !== undefined),
  };
}

/** US dollars a month if no call meets a cold environment, and if each does; the same where no cold call was billed. */
interface LambdaUsd {
  readonly low: number;
  readonly high: number;
  readonly coldKnown: boolean;
}

function lambdaUsd(cost: TargetCost, { callsAMonth }: Traffic, given: CostTerms): LambdaUsd {
  const cold = cost.starts.find(({ start }) => start === 'cold');
  const low = monthUsd(cost, usualStart(cost), callsAMonth, given);
  const high = cold === undefined ? low : monthUsd(cost, cold, callsAMonth, given);
  return { low: Math.min(low, high), high: Math.max(low, high), coldKnown: cold !== undefined };
}

interface Fleet {
  readonly server: Server;
  /** Undefined when nothing of this record tells what one machine carries. */
  readonly count: number | undefined;
  readonly monthUsd: number;
  readonly line: string;
}

/** The cheapest server that has the memory, as many of it as the peak takes at this machine's pace. */
function fleetFor(local: Target | undefined, { peakPerSecond }: Traffic, { prices }: CostTerms): Fleet {
  const peakMb = local && mostOf(local.samples.map(({ memory }) => memory.peakRssMb));
  const large = prices.servers.filter(({ memoryGb }) => peakMb === undefined || memoryGb * 1_024 >= peakMb);
  const candidates = large.length > 0 ? large : prices.servers;
  const server = candidates.reduce((cheapest, other) => (other.hourUsd < cheapest.hourUsd ? other : cheapest));
  const meanMs = local && meanWarmMs(local);
  const monthOfOne = serverMonthUsd(server);
  if (meanMs === undefined) {
    return {
      ...{ server, count: undefined, monthUsd: monthOfOne },
      line: `one ${server.name}: ${formatUsd(monthOfOne)} USD a month; how many it takes is not known: this record has no calls of a server (--target local,lambda)`,
    };
  }
  const perSecond = 1_000 / meanMs;
  const count = Math.max(1, Math.ceil(peakPerSecond / perSecond));
  const usd = count * monthOfOne;
  return {
    ...{ server, count, monthUsd: usd },
    line: `${plural(count, 'server')} (${server.name}): ${formatUsd(usd)} USD a month; this machine answered ${formatRate(perSecond)} calls a second, one after another, and that one of those servers does is not measured`,
  };
}

function meanWarmMs({ samples }: Target): number | undefined {
  return distributionOf(
    samples
      .filter(({ start, phase, outcome }) => start === 'warm' && phase === 'measured' && outcome.ok)
      .map(call => timesOf(call).serviceMs!),
  )?.mean;
}

function verdictOf({ target }: TargetCost, { low, high, coldKnown }: LambdaUsd, fleet: Fleet): string {
  const servers = fleet.count === undefined ? 'a server' : plural(fleet.count, 'server');
  const against = `${formatUsd(fleet.monthUsd)} USD a month for ${servers}`;
  if (high < fleet.monthUsd) {
    const even = coldKnown ? ', even if each call met a cold environment' : '';
    return `${target.name} costs less (${formatUsd(high)} USD a month at most${even}, against ${against})`;
  }
  if (low > fleet.monthUsd && fleet.count !== undefined) {
    return `a server costs less (${against}, against ${formatUsd(low)} USD for ${target.name} at least)`;
  }
  const range = high === low ? formatUsd(low) : `${formatUsd(low)} to ${formatUsd(high)}`;
  const depends = fleet.count === undefined ? 'how many servers it takes' : 'how many calls meet a cold environment';
  return `it depends on ${depends} (${range} USD a month for ${target.name}, against ${against})`;
}

function trafficLine({ callsAMonth, peakPerSecond }: Traffic): string {
  return `${Math.round(callsAMonth).toLocaleString('en')} calls a month, ${formatRate(peakPerSecond)} a second at most`;
}

function lambdaLine({ target }: TargetCost, { low, high, coldKnown }: LambdaUsd): string {
  if (!coldKnown)
    return `${target.name}: ${formatUsd(low)} USD a month; no cold call of this record tells what those cost`;
  return `${target.name}: ${formatUsd(low)} USD a month if no call meets a cold environment, ${formatUsd(high)} if each does`;
}

function latencyLine(target: Target, local: Target | undefined): string | undefined {
  const p50 = (of: Target | undefined) => (of?.summary.warm ?? of?.summary.unknown)?.serviceMs?.p50;
  const [there, here] = [p50(target), p50(local)];
  if (there == null || here == null) return undefined;
  return `a warm call took ${formatMs(there)} ms of ${target.name} and ${formatMs(here)} ms here (medians)`;
}

/** Little's law. */
function concurrencyLine(target: Target, { peakPerSecond }: Traffic): string | undefined {
  const mean = (target.summary.warm ?? target.summary.unknown)?.serviceMs?.mean;
  if (mean === undefined) return undefined;
  const environments = Math.max(1, Math.ceil((peakPerSecond * mean) / 1_000));
  return `at its peak ${plural(environments, 'environment')} of ${target.name} at least, at ${formatMs(mean)} ms a call`;
}

/** AWS ends environments that nobody calls, and does not say when. */
const SURELY_WARM_SECONDS = 60;

function coldLine(target: Target, { gapSeconds }: Traffic): string | undefined {
  const cold = target.summary.cold?.serviceMs;
  if (gapSeconds <= SURELY_WARM_SECONDS || cold === undefined) return undefined;
  const ms = cold.p50 ?? cold.mean;
  return `calls lie ${gapSeconds >= 120 ? `${Math.round(gapSeconds / 60)} min` : `${Math.round(gapSeconds)} s`} apart: AWS ends environments that nobody calls, and does not say after how long; a call that met a cold one took ${formatMs(ms)} ms`;
}
