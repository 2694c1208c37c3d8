/** `resnet-bench local`: the classifier in this process, in a closed loop. */
import type { PreprocessMode } from '../../classifier/preprocess.ts';
import { LocalRunner } from '../../runners/local.ts';
import { loadImages } from '../../runs/load-images.ts';
import { closedLoop } from '../../scenarios/closed-loop.ts';
import { chooseModel } from '../choose-model.ts';
import { defaultImages } from '../default-images.ts';
import { DEFAULT_OUT } from '../options.ts';
import { present } from '../present.ts';

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
  const { iterations, duration, warmup, threads, preprocess, out } = options;
  const images = await loadImages(paths.length > 0 ? paths : defaultImages());
  const { file: modelFile, info: model } = await chooseModel(options.model, signal);
  const limits = {
    ...(iterations !== undefined && { iterations }),
    ...(duration !== undefined && { durationMs: duration }),
  };
  return present(
    {
      command: 'local',
      target: 'local',
      runner: new LocalRunner({ modelFile, model, threads, preprocess }),
      scenario: closedLoop({ ...limits, warmup }),
      images,
      outDir: out,
      options: { images: images.map(({ name }) => name), ...limits, warmup, threads, model: model.name, preprocess },
    },
    { json: options.json === true, limits, signal, repeat: { images: paths, ...repeatedOptions(options) } },
  );
}

/** Those that neither the environment nor the default would give the next command. */
function repeatedOptions({ model, out }: LocalOptions): { model: string[]; out: string[] } {
  const { RESNET_BENCH_MODEL: ownModel, RESNET_BENCH_OUT: ownOut = DEFAULT_OUT } = process.env;
  return {
    model: model === undefined || model === ownModel ? [] : ['--model', model],
    out: out === ownOut ? [] : ['--out', out],
  };
}
