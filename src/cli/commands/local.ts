/** `resnet-bench local`: the classifier in this process, in a closed loop. */

import type { PreprocessMode } from '../../core/preprocess-mode.ts';
import type { RunRecord } from '../../core/record.ts';
import { planLocal } from '../../runs/local-plan.ts';
import { defaultImages } from '../default-images.ts';
import { type JudgingOptions, judgingOf } from '../judging.ts';
import { withModelProgress } from '../model-progress.ts';
import { again, pullStep, reportStep } from '../next.ts';
import { present } from '../present.ts';
import { type ThreadsAsked, threadChoiceOf } from '../threads-asked.ts';

export interface LocalOptions extends JudgingOptions {
  readonly iterations?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly warmup: number;
  readonly threads: ThreadsAsked;
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly out: string;
  readonly json?: boolean;
}

/** Returns the exit code. */
export async function runLocal(paths: readonly string[], options: LocalOptions, signal: AbortSignal): Promise<number> {
  const { iterations, duration, warmup, threads, model, preprocess, out, json } = options;
  const limits = {
    ...(iterations !== undefined && { iterations }),
    ...(duration !== undefined && { durationMs: duration }),
  };
  const images = paths.length > 0 ? paths : defaultImages();
  const plan = await withModelProgress(onEvent =>
    planLocal(
      {
        images,
        ...limits,
        warmup,
        ...threadChoiceOf(threads),
        ...(model !== undefined && { model }),
        preprocess,
        outDir: out,
      },
      { signal, onEvent },
    ),
  );
  const asked = { images: paths, ...(model !== undefined && { model }), preprocess, out };
  const next = (record: RunRecord) => [
    ...pullStep(record),
    { words: again(['lambda'], asked), what: 'the same through Lambda, emulated on this machine' },
    reportStep(out),
  ];
  return present(plan, { json: json === true, limits, signal, out, judging: judgingOf(options), next });
}
