/** What a run of cold starts says of its calls in words: how many met a new environment, and who says so. No layout. */
import type { RunRecord, Sample, Target } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';
import { isColdRun } from './facts.ts';
import { formatMs, plural } from './figures.ts';
import { isFunction } from './target-facts.ts';

const WHO = { trace: 'by X-Ray', handler: 'by the word of the function', log: 'by its log line' } as const;

/** Nothing for another kind of run. */
export function describeColdStarts({ run }: Pick<RunRecord, 'run'>, target: Target): string[] {
  if (!isColdRun(run)) return [];
  const whole = target.samples.filter(({ outcome, phase }) => outcome.ok && phase !== 'apart');
  const cold = whole.filter(({ start }) => start === 'cold');
  if (whole.length === 0) return [];
  const proofs = Object.entries(WHO).flatMap(([by, words]) => {
    const count = cold.filter(({ startBy }) => startBy === by).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const met = isFunction(target.info) ? 'met a new environment' : 'had a new process';
  return [
    `${cold.length} of ${plural(whole.length, 'call')} ${met}${proofs.length === 0 ? '' : ` (${proofs.join(', ')})`}`,
    ...notCold(whole),
    ...target.samples.filter(({ phase }) => phase === 'apart').map(describeApart),
  ];
}

function notCold(calls: readonly Sample[]): string[] {
  const kinds = (['warm', 'proactive', 'unknown'] as const).flatMap(kind => {
    const count = calls.filter(({ start }) => start === kind).length;
    return count === 0 ? [] : [kind === 'unknown' ? `of ${count} nobody knows` : `${count} ${kind}`];
  });
  return kinds.length === 0 ? [] : [`not cold: ${kinds.join(', ')}; kept, and in no cold figure`];
}

/** Where it follows a deployment no cache has the image yet. */
function describeApart(sample: Sample): string {
  const { serviceMs, initMs } = timesOf(sample);
  const times = sample.outcome.ok
    ? [`${sample.start} call`, `${formatMs(serviceMs!)} ms`, initMs === undefined ? '' : `init ${formatMs(initMs)} ms`]
    : ['failed'];
  return `kept apart: the first call (after a deployment it is slower than those that follow): ${times.filter(Boolean).join(', ')}`;
}
