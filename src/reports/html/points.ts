/** Samples as the charts take them: few enough to draw, with words for whoever points at one. */
import type { Sample, Target } from '../../core/record.ts';
import { timesOf } from '../../stats/summary.ts';
import { formatMs } from '../figures.ts';

export interface Point {
  readonly target: string;
  readonly sample: Sample;
  readonly times: Readonly<Record<string, number>>;
  /** Since the measuring began. */
  readonly seconds: number;
  readonly title: string;
}

/** Of a target. Beyond that dots cover each other. */
const MOST_POINTS = 1_200;

/**
 * All samples of a target, or so many of them: every one that is not an ordinary warm success, and of each stretch of the others the
 * least and the greatest, so that no extreme is left out.
 */
export function pointsOf({ name, samples }: Target, beganMs: number, timing: string): { points: Point[]; of: number } {
  const kept = samples.length <= MOST_POINTS ? samples : thinned(samples, timing);
  return { points: kept.map(sample => pointOf(name, sample, beganMs, timing)), of: samples.length };
}

function thinned(samples: readonly Sample[], timing: string): Sample[] {
  const ordinary = samples.filter(isOrdinary);
  const special = evenly(
    samples.filter(sample => !isOrdinary(sample)),
    MOST_POINTS / 2,
  );
  const stretch = Math.ceil(ordinary.length / (MOST_POINTS / 4));
  const kept = new Set(special);
  for (let at = 0; at < ordinary.length; at += stretch) {
    let [least, most] = [ordinary[at]!, ordinary[at]!];
    for (const sample of ordinary.slice(at, at + stretch)) {
      const ms = timeOf(sample, timing);
      if (ms < timeOf(least, timing)) least = sample;
      if (ms > timeOf(most, timing)) most = sample;
    }
    kept.add(least).add(most);
  }
  return [...kept].sort((a, b) => a.seq - b.seq);
}

const isOrdinary = ({ outcome, start }: Sample) => outcome.ok && start !== 'cold' && start !== 'proactive';

function timeOf(sample: Sample, timing: string): number {
  return timesOf(sample)[timing] ?? 0;
}

/** At most so many, at even distances. */
export function evenly<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * (values.length - 1)) / (most - 1))]!);
}

function pointOf(target: string, sample: Sample, beganMs: number, timing: string): Point {
  const times = timesOf(sample);
  const { outcome, start, phase, seq, image } = sample;
  const told = outcome.ok
    ? [
        timing === 'responseMs' && part('response', times.responseMs),
        part('service', times.serviceMs),
        part('inference', times.inferenceMs),
        part('init', times.initMs),
      ]
    : [`failed (${outcome.error.kind})`];
  return {
    ...{ target, sample, times, seconds: Math.max(0, sample.scheduledMs - beganMs) / 1_000 },
    title: `${target} call ${seq}, ${start}${phase === 'measured' ? '' : `, ${phase}`}\n${told.filter(Boolean).join(', ')}\n${image}`,
  };
}

const part = (name: string, ms: number | undefined) => ms !== undefined && `${name} ${formatMs(ms)} ms`;
