/** The plan of `resnet-bench local`: the classifier in this process, in a closed loop. */
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { ModelOptions } from '../models/resolve.ts';
import { LocalRunner } from '../runners/local.ts';
import { closedLoop } from '../scenarios/closed-loop.ts';
import { chooseModel } from './choose-model.ts';
import { loadImages } from './load-images.ts';
import type { RunPlan } from './run-plan.ts';

export interface LocalPlanOptions {
  /** Paths, at least one. */
  readonly images: readonly string[];
  /** At least one of the two. */
  readonly iterations?: number;
  readonly durationMs?: number;
  readonly warmup: number;
  readonly threads: number;
  /** What they were chosen by. */
  readonly threadsBy?: string;
  /** A file or a name; what is there, else a download, else synthetic when absent. */
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly outDir: string;
}

/** Reads the pictures and finds the model. Throws UsageError or SetupError when one of them cannot be had. */
export async function planLocal(options: LocalPlanOptions, modelOptions: ModelOptions): Promise<RunPlan> {
  const { outDir, threadsBy, ...recorded } = options;
  const images = await loadImages(options.images);
  const { file: modelFile, info: model } = await chooseModel(options.model, modelOptions);
  const { threads, preprocess } = options;
  return {
    command: 'local',
    targets: [
      {
        name: 'local',
        runner: new LocalRunner({
          modelFile,
          model,
          threads,
          ...(threadsBy !== undefined && { threadsBy }),
          preprocess,
        }),
        scenario: closedLoop(options),
      },
    ],
    images,
    outDir,
    options: { ...recorded, images: images.map(({ name }) => name), out: outDir },
  };
}
