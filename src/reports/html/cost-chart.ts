/** What a month costs at each rate: the function's calls against servers that cost the same whatever they do. */
import { SECONDS_A_MONTH } from '../../core/month.ts';
import { breakEvens, type CostTerms, monthUsd, serverMonthUsd, type TargetCost, usualStart } from '../cost.ts';
import { formatRate, formatUsd, pricesName } from '../cost-text.ts';
import { chart, Plot } from './chart.ts';
import type { Child, Page } from './page.ts';

const LEAST_PER_SECOND = 1e-3;
const MOST_PER_SECOND = 100;
const STEPS = 80;

export function costCurve(page: Page, cost: TargetCost, given: CostTerms): Child {
  const usual = usualStart(cost);
  const cold = cost.starts.find(({ start }) => start === 'cold');
  const starts = [usual, ...(cold === undefined || cold === usual ? [] : [cold])];
  const rates = Array.from(
    { length: STEPS + 1 },
    (_, i) => LEAST_PER_SECOND * (MOST_PER_SECOND / LEAST_PER_SECOND) ** (i / STEPS),
  );
  const curve = starts
    .flatMap(start =>
      rates.map(rate => ({ start: start.start, rate, usd: monthUsd(cost, start, rate * SECONDS_A_MONTH, given) })),
    )
    .filter(({ usd }) => usd > 0);
  const evens = breakEvens(cost, given).filter(
    ({ perSecond }) => perSecond !== undefined && perSecond >= LEAST_PER_SECOND && perSecond <= MOST_PER_SECOND,
  );
  const servers = given.prices.servers.map(server => ({ name: server.name, usd: serverMonthUsd(server) }));
  const color = (start: string) => (start === 'cold' ? 'var(--c5)' : 'var(--c1)');
  return chart(
    page,
    {
      title: `A month of ${cost.target.name} against servers, ${pricesName(given)}`,
      description: breakEvens(cost, given)
        .map(
          ({ server, perSecond }) =>
            `${server.name} costs less above ${perSecond === undefined ? 'no rate' : `${formatRate(perSecond)} calls a second`}`,
        )
        .join('; '),
      key: [
        ...starts.map(({ start }): [string, string] => [`${cost.target.name}, all ${start}`, color(start)]),
        ['servers', 'var(--c0)'],
      ],
      note: 'dots: the rates at which both cost the same. One server each; whether it carries the rate is another question',
    },
    {
      marginRight: 190,
      x: {
        label: 'calls a second, evenly spread (logarithmic)',
        type: 'log',
        domain: [LEAST_PER_SECOND, MOST_PER_SECOND],
        tickFormat: formatRate as never,
        ticks: 6,
        grid: true,
      },
      y: { label: 'USD a month (logarithmic)', type: 'log', tickFormat: formatUsd as never, ticks: 6, grid: true },
      marks: [
        Plot.ruleY(servers, {
          y: 'usd',
          stroke: 'var(--c0)',
          strokeDasharray: '4 3',
          title: ({ name, usd }) => `${name}: ${formatUsd(usd)} USD a month`,
        }),
        Plot.text(apart(servers), {
          x: MOST_PER_SECOND,
          y: 'at',
          text: ({ name, usd }) => `${name} ${formatUsd(usd)}`,
          dx: 6,
          textAnchor: 'start',
          fontSize: 10,
        }),
        Plot.line(curve, { x: 'rate', y: 'usd', z: 'start', stroke: ({ start }) => color(start), strokeWidth: 2 }),
        Plot.dot(evens, {
          x: ({ perSecond }) => perSecond!,
          y: 'monthUsd',
          r: 4,
          fill: 'var(--c1)',
          title: ({ server, perSecond }) => `${server.name} costs less above ${formatRate(perSecond!)} calls a second`,
        }),
      ],
    },
  );
}

/** Names that would cover each other, moved. */
function apart(servers: readonly { name: string; usd: number }[]): { name: string; usd: number; at: number }[] {
  let least = 0;
  return [...servers]
    .sort((a, b) => a.usd - b.usd)
    .map(server => {
      const at = Math.max(server.usd, least);
      least = at * 2;
      return { ...server, at };
    });
}
