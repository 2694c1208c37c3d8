/** The pure steps, by tinybench: what each costs by itself. */
import { Bench } from 'tinybench';
import { normalize } from '../src/classifier/preprocess.ts';
import { resizeAndCrop } from '../src/classifier/resize.ts';
import { topFive } from '../src/classifier/top-five.ts';
import { distributionOf } from '../src/stats/distribution.ts';
import { RunningPercentiles } from '../src/stats/running-percentiles.ts';
import { heading, say } from './print.ts';

export async function benchPureSteps(): Promise<void> {
  const photograph = { data: bytes(1125 * 750 * 3), width: 1125, height: 750 };
  const cropped = bytes(224 * 224 * 3);
  const input = new Float32Array(cropped.length);
  const logits = Float32Array.from({ length: 1000 }, (_, i) => 8 * Math.sin(i * 12.9898));
  const times = Float64Array.from({ length: 1000 }, (_, i) => 20 + Math.sin(i * 78.233));
  const running = new RunningPercentiles();
  const bench = new Bench({ time: 500 });
  bench
    .add('resize and crop 1125x750', () => void resizeAndCrop(photograph, 256, 224))
    .add('normalise 224x224', () => normalize(cropped, input))
    .add('softmax and top five', () => void topFive(logits))
    .add('distribution of 1000 times', () => void distributionOf(times))
    .add('running percentiles, one value', () => running.add(20.5));
  await bench.run();
  heading('pure steps');
  for (const { name, result } of bench.tasks) {
    if (result.state !== 'completed') throw new Error(`${name} failed`);
    say(
      `  ${name.padEnd(44)} ${(result.latency.p50 * 1000).toFixed(2).padStart(10)} us (p50 of ${result.latency.samplesCount})`,
    );
  }
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 2_654_435_761) >>> 24);
}
