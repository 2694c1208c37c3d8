/** How the commands that may call a function make their runs and show them. */
import { withCostLimit } from '../runs/cost-watch.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { pullStep, reportStep } from './next.ts';
import { type Presentation, present } from './present.ts';

interface MeasureOptions {
  /** US dollars. */
  readonly maxCost?: number;
  readonly json?: boolean;
  readonly out: string;
}

/** Returns the exit code. */
export function measure(
  plan: RunPlan,
  { maxCost, json, out }: MeasureOptions,
  limits: Presentation['limits'],
  signal: AbortSignal,
): Promise<number> {
  return present(withCostLimit(plan, maxCost), {
    ...{ json: json === true, limits, signal, out },
    next: record => [...pullStep(record), reportStep(out)],
  });
}
