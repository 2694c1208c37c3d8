/** The few figures that one looks for first: how long, how long cold, and from when on a server costs less. */
import type { Distribution, RunRecord, StartKind } from '../../core/record.ts';
import type { Comparison } from '../comparison.ts';
import { breakEvens, type CostTerms, costsOf, usualStart } from '../cost.ts';
import { costDoubts, formatRate, pricesName } from '../cost-text.ts';
import { callsOf, kindOfCalls, waitOf } from '../facts.ts';
import { formatMs, plural } from '../figures.ts';
import { isSweep } from '../sweep.ts';
import { isFunction } from '../target-facts.ts';
import { MOST_TARGETS } from './blocks.ts';
import type { Child, Page } from './page.ts';

/** What it is of, the figure, and how sure it is. */
type Card = readonly [of: string, figure: string, note: string];

export function cards(page: Page, record: RunRecord, comparison: Comparison | undefined, terms: CostTerms): Child {
  const all = [
    ...timeCards(record, comparison).slice(0, MOST_TARGETS),
    ...coldCards(record).slice(0, MOST_TARGETS),
    ...costCards(record, terms),
  ];
  if (all.length === 0) return undefined;
  const h = page.element.bind(page);
  return h('ul', { class: 'cards' }, ...all.map(([of, figure, note]) => h('li', {}, of, h('b', {}, figure), note)));
}

/** Of the calls that are compared, else of each target's usual ones. */
function timeCards(record: RunRecord, comparison: Comparison | undefined): Card[] {
  const timing = comparison?.headline ?? waitOf(record);
  const row = comparison?.rows.find(one => one.timing === timing && one.percentile === 'p50');
  const sides = comparison === undefined ? [] : [comparison.baseline, ...comparison.others];
  const compared = sides.flatMap(({ target, start }, i) => {
    const times = row?.distributions[i];
    return times === undefined ? [] : [timeCard(target.name, start, times)];
  });
  if (compared.length > 0) return compared;
  return record.targets.flatMap(({ name, summary }) => {
    const start = (['warm', 'unknown', 'cold'] as const).find(kind => summary[kind]?.[timing] !== undefined);
    return start === undefined ? [] : [timeCard(name, start, summary[start]![timing]!)];
  });
}

function timeCard(name: string, start: StartKind, times: Distribution): Card {
  const { count, p50, mean, ci95 } = times;
  const [low, high] = ci95.p50;
  return [
    `${name}, ${p50 === null ? 'mean' : 'p50'} of ${callsOf(count, start)}`,
    `${formatMs(p50 ?? mean)} ms`,
    low === null || high === null
      ? 'too few calls for an interval'
      : `95 % interval ${formatMs(low)} to ${formatMs(high)}`,
  ];
}

/** Beside warm ones; of this process only where it is alone: what it pays once, functions pay again and again. */
function coldCards({ targets }: RunRecord): Card[] {
  const shown = targets.length === 1 ? targets : targets.filter(({ info }) => isFunction(info));
  return shown.flatMap(({ name, summary }): Card[] => {
    const times = summary.cold?.serviceMs;
    if (times === undefined || summary.warm === undefined) return [];
    const { count, mean, min, max } = times;
    const note = count === 1 ? 'a single one' : `${formatMs(min)} to ${formatMs(max)}`;
    return [[`${name}, ${count === 1 ? '' : 'mean of '}${plural(count, 'cold call')}`, `${formatMs(mean)} ms`, note]];
  });
}

/** Against the first server of the list. */
function costCards(record: RunRecord, terms: CostTerms): Card[] {
  if (isSweep(record.run)) return [];
  return costsOf(record, terms).costs.flatMap((cost): Card[] => {
    const [even] = breakEvens(cost, terms);
    if (even?.perSecond === undefined) return [];
    const interval = even.perSecond95 === undefined ? '' : `${even.perSecond95.map(formatRate).join(' to ')}; `;
    const doubts = costDoubts([cost]);
    const calls = kindOfCalls(usualStart(cost).start);
    return [
      [
        `${cost.target.name}: ${even.server.name} costs less above`,
        `${usualStart(cost).usage.atLeast ? '<= ' : ''}${formatRate(even.perSecond)} calls/s`,
        `${interval}${calls}, if one such server carries them, ${pricesName(terms)}${doubts.map(line => `; ${line}`).join('')}`,
      ],
    ];
  });
}
