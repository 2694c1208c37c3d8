/** Thresholds of ours as k6 can keep them, while its script runs: of times by start kind, and of failed calls. */
import { UsageError } from '../../core/errors.ts';
import type { Threshold } from '../../core/threshold.ts';
import { K6_METRIC } from './plan.ts';

/** Times that the script measures or is told, with the trends that keep them. */
export const K6_TRENDS = {
  serviceMs: K6_METRIC.service,
  handlerMs: 'resnet_bench_handler_ms',
  preprocessMs: 'resnet_bench_preprocess_ms',
  inferenceMs: 'resnet_bench_inference_ms',
  initMs: 'resnet_bench_init_ms',
} as const;

const STATISTICS: Readonly<Record<string, string>> = {
  ...{ count: 'count', min: 'min', mean: 'avg', max: 'max' },
  ...{ p50: 'p(50)', p90: 'p(90)', p95: 'p(95)', p99: 'p(99)' },
};

/** By k6's metrics. Throws UsageError for one that k6 cannot keep. */
export function k6Thresholds(thresholds: readonly Threshold[]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const threshold of thresholds) {
    const [metric, expression] = k6Threshold(threshold);
    all[metric] = [...(all[metric] ?? []), expression];
  }
  return all;
}

function k6Threshold({ text, subject, comparison, limit }: Threshold): [metric: string, expression: string] {
  const refuse = (why: string) =>
    new UsageError(`--threshold ${text}: ${why}`, 'give it to resnet-bench report, once the result is imported');
  if (subject.kind === 'regression') throw refuse('k6 knows no other run');
  if (subject.target !== 'lambda') throw refuse(`k6 calls lambda, not ${subject.target}`);
  if (subject.kind === 'count') {
    if (subject.count === 'failed') return ['resnet_bench_failed', `count${comparison}${limit}`];
    if (subject.count === 'failedShare') return ['resnet_bench_failed_share', `rate${comparison}${limit}`];
    throw refuse(`k6 cannot know ${subject.count}`);
  }
  const trend = Object.entries(K6_TRENDS).find(([timing]) => timing === subject.timing)?.[1];
  if (trend === undefined) throw refuse(`k6 knows ${Object.keys(K6_TRENDS).join(', ')} only`);
  const statistic = STATISTICS[subject.statistic];
  if (statistic === undefined) throw refuse(`k6 has no ${subject.statistic}`);
  return [`${trend}{start:${subject.start}}`, `${statistic}${comparison}${limit}`];
}
