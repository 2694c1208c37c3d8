/** A call as the page is told of it. */
import { waterfallOf } from '../reports/waterfall.ts';
import type { SingleCall } from '../runs/single-calls.ts';
import { timesOf } from '../stats/summary.ts';
import { adviceFor } from './advice.ts';
import type { CallAnswer, TargetName } from './client/answers.ts';
import { targetWords } from './target-words.ts';

export function callAnswer(id: string, target: TargetName, call: SingleCall): CallAnswer {
  const { sample, info, search, notes, others, heldUpMs } = call;
  const { outcome, scheduledMs, issuedMs } = sample;
  const { bars, notes: barNotes } = waterfallOf(sample);
  return {
    ...{ id, target, sample, search, others, barNotes },
    what: targetWords(target, info),
    ...(heldUpMs !== undefined && { heldUpMs }),
    serviceMs: timesOf(sample).serviceMs!,
    waitedMs: Math.max(0, issuedMs - scheduledMs),
    bars: outcome.ok ? bars : bars.slice(0, 1),
    notes: notes.map(({ message, advice }) => ({ message, advice })),
    ...(!outcome.ok && { advice: adviceFor(outcome.error.kind) }),
    isSynthetic: info.model?.weights === 'synthetic',
  };
}
