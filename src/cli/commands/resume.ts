/** `resnet-bench resume`: the calls that are left of a soak. */

import { parseThreshold, type Threshold } from '../../core/threshold.ts';
import { planResume } from '../../runs/resume.ts';
import { type Judging, judgingOf } from '../judging.ts';
import { withModelProgress } from '../model-progress.ts';
import { pullStep, reportStep } from '../next.ts';
import { present } from '../present.ts';

export interface ResumeOptions {
  readonly url?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly out: string;
  readonly json?: boolean;
}

/** Returns the exit code. `given` tells which options stood on the command line. */
export async function runResume(
  run: string | undefined,
  { url, header = {}, out, json }: ResumeOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const secrets = {
    ...(url !== undefined && { url }),
    headers: header,
    byCommandLine: given('url') || given('header'),
  };
  const { plan, resumed } = await withModelProgress(onEvent =>
    planResume({ ...(run !== undefined && { run }), outDir: out, secrets }, { signal, onEvent }),
  );
  return present(plan, {
    judging: judgedAsBefore(plan.options),
    json: json === true,
    limits: { durationMs: plan.options.durationMs as number },
    signal,
    out,
    resumed,
    next: record => [...pullStep(record), reportStep(out)],
  });
}

/** By what the run began with. Its summary goes to the workflow that resumes it; outside of one there is none to write. */
function judgedAsBefore({ thresholds, prices, githubSummary }: Readonly<Record<string, unknown>>): Judging {
  const inWorkflow = Boolean(process.env.GITHUB_STEP_SUMMARY);
  if (githubSummary === true && !inWorkflow) {
    process.stderr.write('warning: the run began with --github-summary, and GITHUB_STEP_SUMMARY is not set here\n');
  }
  const judging = judgingOf({
    threshold: thresholdsOf(thresholds),
    ...(typeof prices === 'string' && { prices }),
    githubSummary: githubSummary === true && inWorkflow,
  });
  return { ...judging, recorded: {} };
}

function thresholdsOf(texts: unknown): Threshold[] {
  return (Array.isArray(texts) ? texts : []).flatMap(text => {
    const threshold = parseThreshold(String(text));
    return typeof threshold === 'string' ? [] : [threshold];
  });
}
