/** What to do next: commands that measure the same pictures in the same way, ready to be typed. */
import { PREPROCESS_MODES, type PreprocessMode } from '../core/preprocess-mode.ts';
import type { RunRecord } from '../core/record.ts';
import { DEFAULT_OUT } from './options.ts';

export interface NextStep {
  /** After `resnet-bench`. */
  readonly words: readonly string[];
  readonly what: string;
}

/** What was asked for, as far as another command should be asked for it too. */
export interface Asked {
  readonly images: readonly string[];
  readonly model?: string;
  readonly preprocess: PreprocessMode;
  readonly out: string;
}

/** `step` with everything that neither the environment nor the defaults would give it. */
export function again(words: readonly string[], { images, model, preprocess, out }: Asked): string[] {
  return [
    ...words,
    ...(model === undefined || model === process.env.RESNET_BENCH_MODEL ? [] : ['--model', model]),
    ...(preprocess === (process.env.RESNET_BENCH_PREPROCESS ?? PREPROCESS_MODES[0])
      ? []
      : ['--preprocess', preprocess]),
    ...outWords(out),
    ...(images.some(image => image.startsWith('-')) ? ['--', ...images] : images),
  ];
}

export function outWords(out: string): string[] {
  return out === (process.env.RESNET_BENCH_OUT ?? DEFAULT_OUT) ? [] : ['--out', out];
}

/** True labels before all else. */
export function pullStep(record: RunRecord): NextStep[] {
  const synthetic = record.targets.some(({ info }) => info.model?.weights === 'synthetic');
  return synthetic ? [{ words: ['model', 'pull'], what: 'a trained model, for true labels' }] : [];
}

export function reportStep(out: string): NextStep {
  return {
    words: ['report', '--format', 'html', ...outWords(out)],
    what: 'charts, cost and a verdict in one file; also md, csv, json',
  };
}

export function pageStep(out: string): NextStep {
  return { words: ['serve', ...outWords(out)], what: 'a page: drop a picture of your own, watch its trace arrive' };
}

/** As a shell takes it. */
export function commandLine(words: readonly string[]): string {
  return ['resnet-bench', ...words].map(quoted).join(' ');
}

function quoted(argument: string): string {
  return /^[\w./@%+=:,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
