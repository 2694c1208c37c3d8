/** How the commands that may call a function make their runs and show them. */
import { withCostLimit } from '../runs/cost-watch.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { type JudgingOptions, judgingOf } from './judging.ts';
import { pullStep, reportStep } from './next.ts';
import { type Presentation, present } from './present.ts';

interface MeasureOptions extends JudgingOptions {
  /** US dollars. */
  readonly maxCost?: number;
  readonly json?: boolean;
  readonly out: string;
}

/** Returns the exit code. */
export function measure(
  plan: RunPlan,
  options: MeasureOptions,
  limits: Presentation['limits'],
  signal: AbortSignal,
  also?: Presentation['also'],
): Promise<number> {
  const { maxCost, json, out } = options;
  const judging = judgingOf(options);
  return present(withCostLimit(plan, maxCost, judging.terms.prices), {
    ...{ json: json === true, limits, signal, out, judging, ...(also && { also }) },
    next: record => [...pullStep(record), reportStep(out)],
  });
}
