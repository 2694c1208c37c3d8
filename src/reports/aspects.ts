/** What a decision looks at, each with the figures of this record and the sentence that they support; where there are none, how to get them. No layout. */
import type { Distribution, RunRecord, Target } from '../core/record.ts';
import { coldExtraMs, initBeforeMs } from './call-parts.ts';
import type { Comparison } from './comparison.ts';
import { breakEvens, type CostTerms, costsOf, usualStart } from './cost.ts';
import { costDoubts, millionFigure, pricesName, rateText } from './cost-text.ts';
import { callsOf, kindOfCalls, waitOf } from './facts.ts';
import { formatMb, formatMs, formatPercent, formatRatio, plural } from './figures.ts';
import { describeLoad } from './load.ts';
import { stageName } from './stages.ts';
import { describeMemory, mostMemoryMb } from './target-facts.ts';
import { ratioText, verdictLines } from './verdict-text.ts';

export interface Aspect {
  readonly name: string;
  readonly figures: string;
  readonly sentence: string;
}

export function aspectsOf(record: RunRecord, comparison: Comparison | undefined, terms: CostTerms): Aspect[] {
  return [
    performance(record, comparison),
    coldStart(record),
    cost(record, terms),
    memory(record),
    scaling(record),
    predictability(record),
  ];
}

const NOT_MEASURED = 'not measured in this run';

function performance(record: RunRecord, comparison: Comparison | undefined): Aspect {
  const name = 'performance';
  const row = comparison?.rows.find(({ timing, percentile }) => timing === comparison.headline && percentile === 'p50');
  if (comparison !== undefined && row !== undefined) {
    const figures = row.judged.flatMap((judged, i) =>
      judged === undefined
        ? []
        : [`${comparison.others[i]!.target.name} / ${comparison.baseline.target.name}: ${ratioText(judged)}`],
    );
    return { name, figures: figures.join('; ') || NOT_MEASURED, sentence: verdictLines(comparison).join('; ') };
  }
  const timing = waitOf(record);
  const figures = record.targets.flatMap(target => {
    const start = usualStartOf(target);
    const times = start && target.summary[start]?.[timing];
    if (!times) return [];
    const { p50, mean, count } = times;
    const figure = `${p50 === null ? 'mean' : 'p50'} ${formatMs(p50 ?? mean)} ms`;
    return [`${target.name}: ${stageName(timing)} ${figure} of ${callsOf(count, start)}`];
  });
  return {
    name,
    figures: figures.join('; ') || NOT_MEASURED,
    sentence: 'one side alone: --target local,lambda measures both in turns',
  };
}

function usualStartOf({ summary }: Target): 'warm' | 'unknown' | 'cold' | undefined {
  return (['warm', 'unknown', 'cold'] as const).find(start => summary[start] !== undefined);
}

function coldStart({ targets }: RunRecord): Aspect {
  const name = 'cold start';
  const found = targets.flatMap(target => {
    const extra = coldExtraMs(target);
    const cold = target.summary.cold?.serviceMs;
    if (cold === undefined) return [];
    const before = initBeforeMs(target);
    const session = before === undefined ? '' : `, and ${formatMs(before)} ms for model and session before it`;
    const of = `${extra === undefined ? '' : `, ${formatMs(Math.abs(extra.extraMs))} ms ${extra.extraMs < 0 ? 'less' : 'more'} than a warm one`}${session}`;
    return [
      {
        target,
        text: `${target.name}: ${plural(cold.count, 'cold call')}, mean ${formatMs(cold.mean)} ms${of}`,
        count: cold.count,
      },
    ];
  });
  if (found.length === 0)
    return { name, figures: NOT_MEASURED, sentence: 'resnet-bench cold meets a new environment with each call' };
  const few = found.some(({ count }) => count < 10);
  return {
    name,
    figures: found.map(({ text }) => text).join('; '),
    sentence: few
      ? 'too few for a percentile: resnet-bench cold -n 10 makes more'
      : 'of calls proved to be cold, kept apart from warm ones',
  };
}

function cost(record: RunRecord, terms: CostTerms): Aspect {
  const { costs, unknown } = costsOf(record, terms);
  const [first] = costs;
  if (first === undefined)
    return {
      name: 'cost',
      figures: unknown.length > 0 ? 'not known' : NOT_MEASURED,
      sentence: unknown[0] ?? 'no function was called',
    };
  const [even] = breakEvens(first, terms);
  const usual = usualStart(first);
  const doubts = costDoubts(costs)
    .map(line => `; ${line}`)
    .join('');
  return {
    name: 'cost',
    figures: costs
      .map(
        one => `${one.target.name}: ${millionFigure(one, terms)} USD per million ${kindOfCalls(usualStart(one).start)}`,
      )
      .join('; '),
    sentence:
      even === undefined
        ? 'an estimate, not a bill'
        : `${first.target.name} (${kindOfCalls(usual.start)}) costs less than ${even.server.name} below ${rateText(even, first)} calls a second, if one such server carries them, an estimate at the ${pricesName(terms)}${doubts}`,
  };
}

function memory({ targets }: RunRecord): Aspect {
  const figures = targets.flatMap(target => describeMemory(target)?.replace(/^/, `${target.name}: `) ?? []);
  const share = targets.flatMap(target => {
    const { name, info } = target;
    const most = mostMemoryMb(target);
    return most === undefined || info.memoryMb === undefined
      ? []
      : [`${name} used ${formatMb(most)} of ${info.memoryMb} MB (${formatPercent(most / info.memoryMb)})`];
  });
  return {
    name: 'memory',
    figures: figures.join('; ') || NOT_MEASURED,
    sentence: share.join('; ') || 'what a function has at most is told by its log',
  };
}

function scaling(record: RunRecord): Aspect {
  const told = record.targets.flatMap(target => describeLoad(record, target));
  if (told.length === 0)
    return { name: 'scaling', figures: NOT_MEASURED, sentence: 'resnet-bench load sends calls at a rate' };
  return { name: 'scaling', figures: told[0]!, sentence: told.slice(1).join('; ') || 'at this rate alone' };
}

/** Where the sample shows no upper end of the percentile, by its lower one. */
function tailRatio(times: Distribution, tail: 'p90' | 'p95' | 'p99', p50: number): string {
  const [low, high] = times.ci95[tail];
  return high === null && low !== null ? `at least ${formatRatio(low / p50)}` : formatRatio(times[tail]! / p50);
}

function predictability(record: RunRecord): Aspect {
  const timing = waitOf(record);
  const figures = record.targets.flatMap(target => {
    const start = usualStartOf(target);
    const times = start && target.summary[start]?.[timing];
    if (!times || times.p50 === null || times.p50 <= 0) return [];
    const tail = (['p99', 'p95', 'p90'] as const).find(name => times[name] !== null);
    if (tail === undefined) return [];
    return [
      {
        text: `${target.name}: ${stageName(timing)} ${tail} ${tailRatio(times, tail, times.p50)} times its p50`,
        count: times.count,
        worst: times.max / times.p50,
      },
    ];
  });
  if (figures.length === 0)
    return { name: 'predictability', figures: NOT_MEASURED, sentence: 'it takes ten calls of a kind' };
  return {
    name: 'predictability',
    figures: figures.map(({ text }) => text).join('; '),
    sentence: figures
      .map(({ text, worst }) => `the slowest of ${text.split(':')[0]} took ${formatRatio(worst)} times the median`)
      .join('; '),
  };
}
