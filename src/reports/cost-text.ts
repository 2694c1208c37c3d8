/** Costs in words and cells. No layout. */
import { SECONDS_A_MONTH } from '../core/month.ts';
import { ARCHITECTURES } from '../core/prices.ts';
import {
  type BreakEven,
  breakEvens,
  type CostTerms,
  keepWarmUsd,
  millionUsd,
  monthUsd,
  type StartCost,
  type TargetCost,
  termsFor,
  usualStart,
} from './cost.ts';
import { formatMs, plural, UNKNOWN } from './figures.ts';

/** Three digits or more, never fewer than cents of what has dollars: 1234.50, 36.04, 1.62, 0.0123. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '0';
  if (usd >= 1) return usd.toFixed(2);
  return usd >= 1e-6 ? usd.toFixed(Math.min(20, 2 - Math.floor(Math.log10(usd)))) : usd.toPrecision(3);
}

/** Calls a second, three digits. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return perSecond.toFixed(0);
  return perSecond >= 0.001 ? String(Number(perSecond.toPrecision(3))) : perSecond.toExponential(1);
}

/** `prices of 2026-11-23 in us-east-1`. */
export function pricesName({ prices: { asOf, region } }: CostTerms): string {
  return `prices of ${asOf} in ${region}`;
}

/** What the figures are, and are not. */
export function costLegend(costs: readonly TargetCost[], terms: CostTerms): string[] {
  return [
    `an estimate at the ${pricesName(terms)}, not a bill: billed time (a billed init included), memory size, requests${costs.some(isHttpApi) ? ', HTTP API by the 512 KB' : ''}; ${terms.freeTier ? 'Lambda’s free tier taken off by the month' : 'no free tier'}; without logs, traces, traffic, image storage, load balancers and addresses`,
    'by the architecture it was not measured on: as if the times were the same there',
    'against one server each: whether one carries such a rate is another question (--traffic RATE counts those that it takes)',
    ...costDoubts(costs),
  ];
}

/** What the figures had to assume, or leave out, because nobody told. */
export function costDoubts(costs: readonly TargetCost[]): string[] {
  return costs.flatMap(({ target, architecture, starts }) => {
    const { name, info, samples } = target;
    const missing = samples.filter(
      ({ outcome, phase, timings }) => outcome.ok && phase === 'measured' && timings.billedMs === undefined,
    ).length;
    const least = starts.some(({ usage }) => usage.atLeast);
    const more =
      info.frontDoor === undefined ? 'is behind an HTTP API' : 'sends more than a unit of an HTTP API a call';
    return [
      ...(architecture === undefined ? [`which architecture ${name} runs on is not known: counted as x86_64`] : []),
      ...(least ? [`whether ${name} ${more} is not known: costs are at least these, rates at most`] : []),
      ...(missing === 0 ? [] : [`of ${plural(missing, 'call')} of ${name} no log line tells the billed time`]),
    ];
  });
}

/** A cost of which only the least is known says so. */
function leastUsd({ atLeast }: StartCost['usage'], usd: number): string {
  return `${atLeast ? '>= ' : ''}${formatUsd(usd)}`;
}

const isHttpApi = ({ target }: TargetCost) => target.info.frontDoor === 'http-api';

/** US dollars of a million usual calls. */
export function millionFigure(cost: TargetCost, given: CostTerms): string {
  const { usage } = usualStart(cost);
  return leastUsd(usage, millionUsd(usage, given, termsFor(cost, given).architecture));
}

/** A row a start kind, the head first. */
export function costCells(costs: readonly TargetCost[], given: CostTerms): string[][] {
  const head = [
    ...['function', 'start', 'calls', 'memory MB', 'billed mean ms [95 % CI]', 'USD a call'],
    ...ARCHITECTURES.map(architecture => `USD a million, ${architecture}`),
  ];
  const rows = costs.flatMap(cost =>
    cost.starts.map(start => [
      cost.target.name,
      start.start,
      start.billedCalls === start.calls ? String(start.calls) : `${start.billedCalls} of ${start.calls}`,
      String(cost.memoryMb),
      meanText(start),
      leastUsd(start.usage, millionUsd(start.usage, given, termsFor(cost, given).architecture) / 1e6),
      ...ARCHITECTURES.map(architecture => {
        const measured = cost.architecture === architecture;
        return millionText(start, given, architecture, measured);
      }),
    ]),
  );
  return [head, ...rows];
}

function meanText({ billedMs: { mean, ci95 } }: StartCost): string {
  return ci95 === null ? formatMs(mean) : `${formatMs(mean)} [${ci95.map(formatMs).join(', ')}]`;
}

function millionText(
  { usage, usage95 }: StartCost,
  given: CostTerms,
  architecture: (typeof ARCHITECTURES)[number],
  measured: boolean,
): string {
  const at = (of: StartCost['usage']) => formatUsd(millionUsd(of, given, architecture));
  const interval = measured && usage95 !== undefined ? ` [${usage95.map(at).join(', ')}]` : '';
  return `${leastUsd(usage, millionUsd(usage, given, architecture))}${interval}`;
}

/** A row a server, the head first: what it costs, and from which rate on that is less. */
export function serverCells(cost: TargetCost, given: CostTerms): string[][] {
  return [
    ['server', 'USD a month', `${cost.target.name} costs less below, calls/s [95 % CI]`, 'calls a day'],
    ...breakEvens(cost, given).map(even => [
      even.server.name,
      formatUsd(even.monthUsd),
      rateText(even, cost),
      even.perSecond === undefined
        ? UNKNOWN
        : `${mostOfRate(cost)}${Math.round(even.perSecond * 86_400).toLocaleString('en')}`,
    ]),
  ];
}

export function rateText({ perSecond, perSecond95 }: BreakEven, cost: TargetCost): string {
  if (perSecond === undefined) return 'any';
  const rate = `${mostOfRate(cost)}${formatRate(perSecond)}`;
  return perSecond95 === undefined ? rate : `${rate} [${perSecond95.map(formatRate).join(', ')}]`;
}

const mostOfRate = (cost: TargetCost) => (usualStart(cost).usage.atLeast ? '<= ' : '');

const RATES: readonly (readonly [text: string, perSecond: number])[] = [
  ['100 a day', 100 / 86_400],
  ['1 a minute', 1 / 60],
  ['1 a second', 1],
  ['10 a second', 10],
  ['100 a second', 100],
];

/** What the rows of the months are, calls a second. */
export const MONTH_RATES = RATES.map(([, perSecond]) => perSecond);

/** A row a rate, the head first. */
export function monthCells(cost: TargetCost, given: CostTerms): string[][] {
  const cold = cost.starts.find(({ start }) => start === 'cold');
  const usual = usualStart(cost);
  const extra = cold !== undefined && cold !== usual ? [cold] : [];
  return [
    ['calls, evenly spread', 'a month', ...[usual, ...extra].map(({ start }) => `USD a month, all ${start}`)],
    ...RATES.map(([text, perSecond]) => {
      const calls = perSecond * SECONDS_A_MONTH;
      const usd = [usual, ...extra].map(start => leastUsd(start.usage, monthUsd(cost, start, calls, given)));
      return [text, Math.round(calls).toLocaleString('en'), ...usd];
    }),
  ];
}

const PING_MINUTES = 5;

/** What pinging costs. */
export function keepWarmLine(cost: TargetCost, given: CostTerms): string {
  const usd = leastUsd(usualStart(cost).usage, keepWarmUsd(cost, PING_MINUTES, given));
  return `a ${usualStart(cost).start} call each ${PING_MINUTES} minutes, to keep one environment of ${cost.target.name}: ${usd} USD a month; AWS does not promise that it stays, and a second call at the same time meets another`;
}

/** The whole in two lines, for a report that is about times. */
export function costLines(costs: readonly TargetCost[], unknown: readonly string[], given: CostTerms): string[] {
  return [
    ...costs.flatMap(cost => {
      const { architecture } = termsFor(cost, given);
      const usual = usualStart(cost);
      const cold = cost.starts.find(({ start }) => start === 'cold');
      const other =
        cold === undefined || cold === usual
          ? ''
          : `, ${leastUsd(cold.usage, millionUsd(cold.usage, given, architecture))} per million cold ones`;
      const evens = breakEvens(cost, given);
      const [first] = evens;
      const name = costs.length === 1 ? '' : `${cost.target.name}: `;
      return [
        `cost  ${name}${millionText(usual, given, architecture, true)} USD per million ${usual.start} calls${other} (${cost.memoryMb} MB, ${cost.architecture ?? 'architecture not known, counted as x86_64'}; an estimate at the ${pricesName(given)})`,
        ...(first === undefined
          ? []
          : [
              `      ${name}less than ${first.server.name} (${formatUsd(first.monthUsd)} USD a month) below ${rateText(first, cost)} calls a second, if one such server carries them: resnet-bench cost`,
            ]),
      ];
    }),
    ...costDoubts(costs).map(line => `      ${line}`),
    ...unknown.map(line => `cost  ${line}`),
  ];
}
