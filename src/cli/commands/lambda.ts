/** `resnet-bench lambda`: a function, deployed or emulated, in a closed loop; beside the classifier in this process when asked. */

import { UsageError } from '../../core/errors.ts';
import type { RunRecord } from '../../core/record.ts';
import { withCostLimit } from '../../runs/cost-watch.ts';
import { planLambda } from '../../runs/lambda-plan.ts';
import { type FunctionOptions, refuseWithoutEffect, targetOptionsOf } from '../function-targets.ts';
import { judgingOf } from '../judging.ts';
import { withModelProgress } from '../model-progress.ts';
import { again, type NextStep, pageStep, pullStep, reportStep } from '../next.ts';
import { present } from '../present.ts';
import { withStack } from '../stack-options.ts';

export interface LambdaOptions extends FunctionOptions {
  readonly iterations?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly warmup: number;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runLambda(
  paths: readonly string[],
  options: LambdaOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  if (!options.target.includes('lambda')) {
    throw new UsageError('--target leaves lambda out', 'resnet-bench local measures this process alone');
  }
  refuseWithoutEffect(options, given);
  const { iterations, duration, warmup, out, json } = options;
  const limits = {
    ...(iterations !== undefined && { iterations }),
    ...(duration !== undefined && { durationMs: duration }),
  };
  const asked = targetOptionsOf(paths, await withStack(options, given, signal));
  const plan = await withModelProgress(onEvent => planLambda({ ...asked, ...limits, warmup }, { signal, onEvent }));
  const judging = judgingOf(options);
  return present(withCostLimit(plan, options.maxCost, judging.terms.prices), {
    json: json === true,
    limits,
    signal,
    out,
    judging,
    next: record => nextSteps(record, paths, options, given('memory') ? ['--memory', `${options.memory}`] : []),
  });
}

function nextSteps(
  record: RunRecord,
  images: readonly string[],
  options: LambdaOptions,
  memory: readonly string[],
): NextStep[] {
  const { url, target, model, preprocess, out } = options;
  const deployed = url !== undefined || options.function !== undefined || options.stack !== undefined;
  const asked = { images, ...(model !== undefined && { model }), preprocess, out };
  const both = target.includes('local');
  const other: NextStep = both
    ? {
        words: again(['lambda', '--url', 'https://...', '--target', 'local,lambda'], asked),
        what: 'a deployed function',
      }
    : !deployed
      ? {
          words: again(['lambda', '--target', 'local,lambda', ...memory], asked),
          what: 'side by side with this process, in turns',
        }
      : // An address may hold a secret, so it is not repeated.
        { words: again(['local'], asked), what: 'the same in this process' };
  return [...pullStep(record), ...(both && deployed ? [] : [other]), reportStep(out), pageStep(out)];
}
