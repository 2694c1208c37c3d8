/** `resnet-bench local`: the classifier in this process, in a closed loop. */
import type { PreprocessMode } from '../../core/preprocess-mode.ts';
import { planLocal } from '../../runs/local-plan.ts';
import { defaultImages } from '../default-images.ts';
import { withModelProgress } from '../model-progress.ts';
import { DEFAULT_OUT } from '../options.ts';
import { present, type Repeat } from '../present.ts';

export interface LocalOptions {
  readonly iterations?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly warmup: number;
  readonly threads: number;
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
      { images, ...limits, warmup, threads, ...(model !== undefined && { model }), preprocess, outDir: out },
      { signal, onEvent },
    ),
  );
  return present(plan, { json: json === true, limits, signal, repeat: repeatOf(paths, options) });
}

/** Options that neither the environment nor the default would give the next command. */
function repeatOf(images: readonly string[], { model, out, preprocess, threads }: LocalOptions): Repeat {
  const { RESNET_BENCH_MODEL: ownModel, RESNET_BENCH_OUT: ownOut = DEFAULT_OUT } = process.env;
  return {
    images,
    threads,
    options: [
      ...(model === undefined || model === ownModel ? [] : ['--model', model]),
      ...(preprocess === 'torchvision' ? [] : ['--preprocess', preprocess]),
    ],
    out: out === ownOut ? [] : ['--out', out],
  };
}
