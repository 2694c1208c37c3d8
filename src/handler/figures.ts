/** The figures of one answered call, as the answer's `performance_metrics` and as metrics. */
import type { Classification } from '../classifier/classify.ts';
import type { MetricValues } from './emf.ts';

const MB = 1024 * 1024;
const PROCESSED_SIZE = [224, 224] as const;

/** What the call took of this process. Rounded: microseconds, hundredths of a MB, KB or percent. */
export interface Usage {
  /** From the event to the five predictions; writing them as JSON comes after. */
  readonly totalMs: number;
  readonly parseMs: number;
  /** CPU time of all threads of the process within `totalMs`. */
  readonly userMs: number;
  readonly systemMs: number;
  /** Resident memory of this process at the end of the call; what Lambda counts as Max Memory Used is a peak and contains the rest of the environment. */
  readonly usedMb: number;
  /** Percent of the function's memory that `usedMb` is; undefined when that is unknown. */
  readonly utilization: number | undefined;
  readonly requestKb: number;
}

export interface Meter {
  elapsedMs(): number;
  /** Ends the measuring. */
  read(known: { parseMs: number; bodyBytes: number; memoryMb: number | undefined }): Usage;
}

/** Starts measuring a call. */
export function startMeter(): Meter {
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const elapsedMs = () => performance.now() - started;
  return {
    elapsedMs,
    read({ parseMs, bodyBytes, memoryMb }) {
      const totalMs = elapsedMs();
      const { user, system } = process.cpuUsage(cpuBefore);
      const usedMb = process.memoryUsage.rss() / MB;
      return {
        totalMs: round(totalMs, 3),
        parseMs: round(parseMs, 3),
        userMs: round(user / 1000, 3),
        systemMs: round(system / 1000, 3),
        usedMb: round(usedMb, 2),
        utilization: memoryMb === undefined ? undefined : round((100 * usedMb) / memoryMb, 2),
        requestKb: round(bodyBytes / 1024, 2),
      };
    },
  };
}

/** Section 10 of the design; the names are the original function's. */
export function describeResult({ predictions, timings, width, height }: Classification, usage: Usage) {
  return {
    predictions: predictions.map(({ label, classId, probability }) => ({
      label,
      class_id: classId,
      probability: round(100 * probability, 2),
    })),
    image_size: { original: [width, height], processed: PROCESSED_SIZE },
    performance_metrics: {
      request_size_kb: usage.requestKb,
      parse_time_ms: usage.parseMs,
      image_processing_ms: round(timings.preprocessMs, 3),
      inference_ms: round(timings.inferenceMs, 3),
      post_processing_ms: round(timings.postprocessMs, 3),
      memory_used_mb: usage.usedMb,
      memory_utilization: usage.utilization,
      cpu_user_ms: usage.userMs,
      cpu_system_ms: usage.systemMs,
      total_time_ms: usage.totalMs,
    },
  };
}

export function metricsOf({ timings }: Classification, usage: Usage): MetricValues {
  return {
    HandlerTime: usage.totalMs,
    ParseTime: usage.parseMs,
    PreprocessTime: round(timings.preprocessMs, 3),
    InferenceTime: round(timings.inferenceMs, 3),
    PostprocessTime: round(timings.postprocessMs, 3),
    CpuTime: round(usage.userMs + usage.systemMs, 3),
    MemoryUsed: usage.usedMb,
    ...(usage.utilization !== undefined && { MemoryUtilization: usage.utilization }),
    RequestSize: usage.requestKb,
  };
}

export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
