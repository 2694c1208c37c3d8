/** That the harness disturbs nothing: the same warm inference with each part of it, on against off, in turns on one session. */
import { basename } from 'node:path';
import { createClassifier } from '../src/classifier/classify.ts';
import type { Image } from '../src/core/image.ts';
import type { Runner } from '../src/core/runner.ts';
import { LocalRunner } from '../src/runners/local.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { samplesOfRun } from './harness.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { heading, line } from './print.ts';
import { type Contender, type Effort, sideBySide } from './side-by-side.ts';

/** A change is looked for of which a hundredth is too much: many short rounds. */
const EFFORT: Effort = { rounds: 24, callsPerRound: 20, warmup: 0 };
const BUDGET = 1.01;
/** With one thread nothing of ours can hide on another core. */
const THREADS = 1;

export async function benchOnOff(): Promise<void> {
  const file = quantisedModelFile() ?? (await modelFile());
  const [image] = (await loadImages(pictures().slice(0, 1))) as [Image];
  const [off, single, whole] = [alone(file, image), ofRunner(file, image), ofRun(file)];
  heading(`each part on against off: decode to top five of ${basename(file)}, one thread, a session a round`);
  line('off / off', await sideBySide(off, off, EFFORT));
  line('runner / classifier alone', await sideBySide(single, off, EFFORT), BUDGET);
  line('run folder and events / runner', await sideBySide(whole, single, EFFORT), BUDGET);
}

/** Of two sessions one may be quicker by some percent all its life, so each round has its own. */
const WARM_CALLS = 5;

function alone(modelFile: string, image: Image): Contender {
  return {
    name: 'off',
    async round(calls) {
      const classifier = await createClassifier({ modelFile, threads: THREADS, preprocess: 'torchvision' });
      const call = async () => {
        const { timings } = await classifier.classify(image.bytes);
        return timings.preprocessMs + timings.inferenceMs + timings.postprocessMs;
      };
      await repeated(call, WARM_CALLS);
      const times = await repeated(call, calls);
      await classifier.release();
      return times;
    },
  };
}

function ofRunner(modelFile: string, image: Image): Contender {
  const { signal } = new AbortController();
  return {
    name: 'runner',
    round: calls =>
      withRunner(modelFile, async runner => {
        const call = async () => (await runner.infer(image, signal)).timings.handlerMs!;
        await repeated(call, WARM_CALLS);
        return repeated(call, calls);
      }),
  };
}

/** A whole run a round, on a session that has answered. */
function ofRun(modelFile: string): Contender {
  return {
    name: 'run',
    round: calls =>
      withRunner(modelFile, async runner => {
        const open: Runner = {
          start: async () => ({ emulated: false }),
          infer: (image, signal) => runner.infer(image, signal),
          stop: async () => {},
        };
        return (await samplesOfRun(open, calls, WARM_CALLS)).map(({ timings }) => timings.handlerMs!);
      }),
  };
}

async function withRunner<T>(modelFile: string, work: (runner: Runner) => Promise<T>): Promise<T> {
  const model = { name: 'bench', sha256: '', precision: 'int8', weights: 'trained' as const };
  const runner = new LocalRunner({ modelFile, model, threads: THREADS, preprocess: 'torchvision' });
  await runner.start();
  try {
    return await work(runner);
  } finally {
    await runner.stop();
  }
}

async function repeated(call: () => Promise<number>, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < calls; at += 1) times.push(await call());
  return times;
}
