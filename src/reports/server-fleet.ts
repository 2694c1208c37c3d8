/** How many servers of the price list a traffic takes at this machine's pace, and whether that pace says anything of them. No layout. */

import { SECONDS_A_MONTH } from '../core/month.ts';
import type { Architecture, Server } from '../core/prices.ts';
import type { RunRecord, Target } from '../core/record.ts';
import type { Traffic } from '../core/traffic.ts';
import { distributionOf } from '../stats/distribution.ts';
import { timesOf } from '../stats/summary.ts';
import { architectureOf, type CostTerms, serverMonthUsd } from './cost.ts';
import { formatRate, formatUsd } from './cost-text.ts';
import { formatMb, formatMs, formatPercent, plural } from './figures.ts';
import { isFunction, mostOf } from './target-facts.ts';

export interface Fleet {
  /** `2 servers (EC2 c7i.large)`; `a server` where nobody measured one. */
  readonly name: string;
  /** Of one server where the count is not known at all. */
  readonly monthUsd: number;
  /** Of the cheapest single one that has the memory: no fleet costs less. */
  readonly leastUsd: number;
  /** Measured on as many processors of the same architecture as one of its servers has at least. */
  readonly known: boolean;
  readonly line: string;
}

/** What was measured here: the pace of one call after another. */
interface Pace {
  readonly perSecond: number;
  readonly threads: number;
  readonly architecture: Architecture | undefined;
}

/** The cheapest that carries the peak; in words why not, where no server of the list can. */
export function fleetFor(
  record: RunRecord,
  { peakPerSecond, callsAMonth }: Traffic,
  { prices }: CostTerms,
): Fleet | string {
  const local = record.targets.find(({ info }) => !isFunction(info));
  const peakMb = local && mostOf(local.samples.map(({ memory }) => memory.peakRssMb));
  const large = prices.servers.filter(({ memoryGb }) => peakMb === undefined || memoryGb * 1_024 >= peakMb);
  const [cheapest] = [...large].sort((a, b) => a.hourUsd - b.hourUsd);
  if (cheapest === undefined)
    return `no server of the price list has the ${formatMb(peakMb!)} MB that this process took at most`;
  const leastUsd = serverMonthUsd(cheapest);
  const pace = local && paceOf(record, local);
  if (typeof pace !== 'object') {
    const why = pace ?? 'this record has no calls of a server (--target local,lambda)';
    return {
      ...{ name: 'a server', monthUsd: leastUsd, leastUsd, known: false },
      line: `one ${cheapest.name}: ${formatUsd(leastUsd)} USD a month; how many it takes, and of which memory, is not known: ${why}`,
    };
  }
  const alike = large.filter(server => isAlike(server, pace));
  const known = alike.length > 0;
  const meanPerSecond = callsAMonth / SECONDS_A_MONTH;
  const { server, count, monthUsd } = cheapestOf(known ? alike : large, server => {
    const carried = pace.perSecond * (known ? 1 : server.vcpus / pace.threads);
    // A burstable one saves up while it is idle, for a day at most: its peak is that of any other, its average is not.
    const sustained = carried * (server.sustainedShare ?? 1);
    return Math.max(1, Math.ceil(peakPerSecond / carried), Math.ceil(meanPerSecond / sustained));
  });
  return {
    ...{ name: `${plural(count, 'server')} (${server.name})`, monthUsd, leastUsd, known },
    line: [
      `${plural(count, 'server')} (${server.name}): ${formatUsd(monthUsd)} USD a month, ${busyText(server)}`,
      `this machine answered ${formatRate(pace.perSecond)} calls a second, one after another, with ${plural(pace.threads, 'thread')} on ${pace.architecture ?? 'an architecture that is not known'}`,
      known
        ? 'what one of those servers does is not measured'
        : `no server of the list that has the memory is known to have as many processors of that architecture: counted by processors alone, so that how many it takes is not known`,
      ...(peakMb === undefined ? ['whether it has the memory is not known'] : []),
    ].join('; '),
  };
}

/** In words why there is none. */
function paceOf(record: RunRecord, local: Target): Pace | string {
  const meanMs = distributionOf(
    local.samples
      .filter(({ start, phase, outcome }) => start === 'warm' && phase === 'measured' && outcome.ok)
      .map(call => timesOf(call).serviceMs!),
  )?.mean;
  if (meanMs === undefined) return `${local.name} has no warm call`;
  const { threads } = local.info;
  if (threads === undefined) return `with how many threads ${local.name} took ${formatMs(meanMs)} ms is not known`;
  return { perSecond: 1_000 / meanMs, threads, architecture: architectureOf(record, local) };
}

function isAlike({ vcpus, architecture }: Server, pace: Pace): boolean {
  return architecture !== undefined && architecture === pace.architecture && vcpus >= pace.threads;
}

function cheapestOf(
  servers: readonly Server[],
  countOf: (server: Server) => number,
): { server: Server; count: number; monthUsd: number } {
  return servers
    .map(server => ({ server, count: countOf(server), monthUsd: countOf(server) * serverMonthUsd(server) }))
    .reduce((least, other) => (other.monthUsd < least.monthUsd ? other : least));
}

function busyText({ sustainedShare }: Server): string {
  const busy = 'at the peak each may be busy all of its time, nothing in reserve';
  return sustainedShare === undefined
    ? busy
    : `${busy}; on average no more than the ${formatPercent(sustainedShare)} of its processors that its price sustains`;
}
