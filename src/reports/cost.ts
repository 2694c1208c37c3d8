/** What the calls of a function cost, by their billed time: a call, a million, a month, and against a server that is paid by the hour. No layout. */
import { breakEvenCalls, monthCostUsd, type Terms, type Usage, usageCostUsd, usageOf } from '../core/call-cost.ts';
import { HOURS_A_MONTH, SECONDS_A_MONTH } from '../core/month.ts';
import type { Architecture, PriceList, Server } from '../core/prices.ts';
import type { RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { type Mean, meanInterval } from '../stats/mean-interval.ts';
import { isFunction } from './target-facts.ts';

/** What a reader may choose; everything else follows from the record. */
export interface CostTerms {
  readonly prices: PriceList;
  readonly freeTier: boolean;
}

/** Calls of one start kind that the log tells the billed time of; init included where it was billed. */
export interface StartCost {
  readonly start: StartKind;
  /** Measured calls of that start that succeeded, and of how many of them the billed time is known. */
  readonly calls: number;
  readonly billedCalls: number;
  readonly billedMs: Mean;
  /** Of a call, on average. */
  readonly usage: Usage;
  /** The usage at the ends of the mean's interval. */
  readonly usage95: readonly [low: Usage, high: Usage] | undefined;
}

export interface TargetCost {
  readonly target: Target;
  readonly memoryMb: number;
  /** What it ran on; undefined when nobody tells. */
  readonly architecture: Architecture | undefined;
  readonly starts: readonly StartCost[];
}

const STARTS: readonly StartKind[] = ['warm', 'unknown', 'cold', 'proactive'];

/** Of each function that was called; in words why not, where nobody knows. */
export function costsOf(record: RunRecord, { prices }: CostTerms): { costs: TargetCost[]; unknown: string[] } {
  const costs: TargetCost[] = [];
  const unknown: string[] = [];
  for (const target of record.targets.filter(({ info }) => isFunction(info))) {
    const memoryMb = memoryOf(target);
    const starts =
      memoryMb === undefined ? [] : STARTS.flatMap(start => startCost(target, start, memoryMb, prices) ?? []);
    if (memoryMb !== undefined && starts.length > 0) {
      costs.push({ target, memoryMb, architecture: architectureOf(record, target), starts });
      continue;
    }
    const why = memoryMb === undefined ? 'its memory size is not known' : 'no log line tells its billed time';
    unknown.push(
      `what a call of ${target.name} costs is not known: ${why} (--function names a function whose log is read)`,
    );
  }
  return { costs, unknown };
}

function memoryOf({ info, samples }: Target): number | undefined {
  return info.memoryMb ?? samples.find(({ memory }) => memory.sizeMb !== undefined)?.memory.sizeMb;
}

function startCost(target: Target, start: StartKind, memoryMb: number, prices: PriceList): StartCost | undefined {
  const calls = target.samples.filter(
    sample => sample.start === start && sample.phase === 'measured' && sample.outcome.ok,
  );
  const billed = calls.filter((call): call is Billed => call.timings.billedMs !== undefined);
  const billedMs = meanInterval(billed.map(({ timings }) => timings.billedMs));
  if (billedMs === undefined) return undefined;
  const { frontDoor } = target.info;
  const usages = billed.map(({ requestBytes }) => usageOf({ billedMs: 0, memoryMb, frontDoor, requestBytes }, prices));
  const front = {
    httpApiUnits: usages.reduce((sum, { httpApiUnits }) => sum + httpApiUnits, 0) / usages.length,
    // An HTTP API that nobody told of would cost on top.
    ...((frontDoor === undefined || usages.some(({ atLeast }) => atLeast)) && { atLeast: true as const }),
  };
  const usageAt = (ms: number): Usage => ({ ...usageOf({ billedMs: ms, memoryMb }, prices), ...front });
  return {
    ...{ start, calls: calls.length, billedCalls: billed.length, billedMs },
    usage: usageAt(billedMs.mean),
    usage95: billedMs.ci95 === null ? undefined : [usageAt(billedMs.ci95[0]), usageAt(billedMs.ci95[1])],
  };
}

type Billed = Sample & { timings: { billedMs: number } };

/** By the instructions that its processor knows, or the machine's where that is this one. */
export function architectureOf({ machine }: Pick<RunRecord, 'machine'>, { info }: Target): Architecture | undefined {
  if (info.emulated || !isFunction(info)) {
    return machine?.arch === 'x64' ? 'x86_64' : machine?.arch === 'arm64' ? 'arm64' : undefined;
  }
  const flags = info.cpuFlags ?? [];
  if (flags.some(flag => flag.startsWith('avx'))) return 'x86_64';
  if (flags.some(flag => ['asimd', 'neon', 'sve'].includes(flag)) || /graviton|neoverse/i.test(info.cpuModel ?? '')) {
    return 'arm64';
  }
  return /intel|amd|xeon|epyc/i.test(info.cpuModel ?? '') ? 'x86_64' : undefined;
}

/** The calls that a month is made of: warm ones, else those whose start nobody knows, else cold ones. */
export function usualStart({ starts }: TargetCost): StartCost {
  return starts[0]!;
}

/** US dollars of a million, in the first tiers. */
export function millionUsd(usage: Usage, { prices }: CostTerms, architecture: Architecture): number {
  return 1e6 * usageCostUsd(usage, prices, architecture);
}

/** Of those of unknown architecture as if it were x86_64, which whoever shows it must say. */
export function termsFor({ architecture = 'x86_64' }: TargetCost, { prices, freeTier }: CostTerms): Terms {
  return { prices, freeTier, architecture };
}

export function serverMonthUsd({ hourUsd }: Server): number {
  return hourUsd * HOURS_A_MONTH;
}

/** Usual calls a second beyond which the server costs less. */
export interface BreakEven {
  readonly server: Server;
  readonly monthUsd: number;
  /** Undefined where calls cost nothing; at most so many where of their cost only the least is known. */
  readonly perSecond: number | undefined;
  /** By the interval of the mean billed time; undefined without one. */
  readonly perSecond95: readonly [low: number, high: number] | undefined;
}

export function breakEvens(cost: TargetCost, given: CostTerms): BreakEven[] {
  const terms = termsFor(cost, given);
  const { usage, usage95 } = usualStart(cost);
  return given.prices.servers.map(server => {
    const monthUsd = serverMonthUsd(server);
    const at = (of: Usage) => {
      const calls = breakEvenCalls(monthUsd, of, terms);
      return calls === undefined ? undefined : calls / SECONDS_A_MONTH;
    };
    // Dearer calls break even sooner.
    const ends = usage95 === undefined ? [] : [at(usage95[1]), at(usage95[0])];
    const [low, high] = ends;
    return {
      ...{ server, monthUsd, perSecond: at(usage) },
      perSecond95: low === undefined || high === undefined ? undefined : [low, high],
    };
  });
}

/** US dollars a month of so many calls of that start. */
export function monthUsd(cost: TargetCost, start: StartCost, callsAMonth: number, given: CostTerms): number {
  return monthCostUsd(callsAMonth, start.usage, termsFor(cost, given));
}

/** US dollars a month of a usual call each so many minutes to one environment, so that AWS has less reason to end it. */
export function keepWarmUsd(cost: TargetCost, everyMinutes: number, given: CostTerms): number {
  return monthUsd(cost, usualStart(cost), SECONDS_A_MONTH / (everyMinutes * 60), given);
}
