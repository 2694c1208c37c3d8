/** A call as the page is told of it. */
import { describeFunction, describeTarget } from '../reports/target-facts.ts';
import { waterfallOf } from '../reports/waterfall.ts';
import type { SingleCall } from '../runs/single-calls.ts';
import { timesOf } from '../stats/summary.ts';
import { adviceFor } from './advice.ts';
import type { CallAnswer, TargetName } from './client/answers.ts';

export function callAnswer(id: string, target: TargetName, call: SingleCall): CallAnswer {
  const { sample, info, search, notes, others } = call;
  const { outcome, scheduledMs, issuedMs } = sample;
  const described = { name: target, info, samples: [], summary: { failed: {} }, warnings: [] };
  const { bars, notes: barNotes } = waterfallOf(sample);
  return {
    ...{ id, target, sample, search, others, barNotes },
    what: [describeFunction(described), describeTarget(described)].filter(Boolean).join(' · '),
    serviceMs: timesOf(sample).serviceMs!,
    waitedMs: Math.max(0, issuedMs - scheduledMs),
    bars: outcome.ok ? bars : bars.slice(0, 1),
    notes: notes.map(({ message, advice }) => ({ message, advice })),
    ...(!outcome.ok && { advice: adviceFor(outcome.error.kind) }),
    isSynthetic: info.model?.weights === 'synthetic',
  };
}
