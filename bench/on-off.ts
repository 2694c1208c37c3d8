/** That the harness disturbs nothing: the same warm inference with each part of it, on against off, in turns on one session. */
import { basename } from 'node:path';
import { type Classifier, createClassifier } from '../src/classifier/classify.ts';
import type { Image } from '../src/core/image.ts';
import type { Runner } from '../src/core/runner.ts';
import { LocalRunner } from '../src/runners/local.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { samplesOfRun } from './harness.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { heading, line } from './print.ts';
import { type Contender, type Effort, sideBySide } from './side-by-side.ts';

/** A change is looked for of which a hundredth is too much: many short rounds. */
const EFFORT: Effort = { rounds: 24, callsPerRound: 20, warmup: 20 };
const BUDGET = 1.01;
/** With one thread nothing of ours can hide on another core. */
const THREADS = 1;

export async function benchOnOff(): Promise<void> {
  const file = quantisedModelFile() ?? (await modelFile());
  const [image] = (await loadImages(pictures().slice(0, 1))) as [Image];
  const classifier = await createClassifier({ modelFile: file, threads: THREADS, preprocess: 'torchvision' });
  const model = { name: 'bench', sha256: '', precision: 'int8', weights: 'trained' as const };
  const runner = new LocalRunner({ modelFile: file, model, threads: THREADS, preprocess: 'torchvision' });
  try {
    await runner.start();
    const off = alone(classifier, image);
    const single = ofRunner(runner, image);
    const whole = ofRun(runner);
    heading(`each part on against off: decode to top five of ${basename(file)}, one thread`);
    line('off / off', await sideBySide(off, off, EFFORT));
    line('runner / classifier alone', await sideBySide(single, off, EFFORT), BUDGET);
    line('run folder and events / runner', await sideBySide(whole, single, EFFORT), BUDGET);
  } finally {
    await runner.stop();
    await classifier.release();
  }
}

function alone(classifier: Classifier, image: Image): Contender {
  return each('off', async () => {
    const { timings } = await classifier.classify(image.bytes);
    return timings.preprocessMs + timings.inferenceMs + timings.postprocessMs;
  });
}

function ofRunner(runner: Runner, image: Image): Contender {
  const { signal } = new AbortController();
  return each('runner', async () => (await runner.infer(image, signal)).timings.handlerMs!);
}

/** A whole run a round, on the session that is there. */
function ofRun(runner: Runner): Contender {
  const info = { emulated: false };
  const open: Runner = {
    start: async () => info,
    infer: (image, signal) => runner.infer(image, signal),
    stop: async () => {},
  };
  return {
    name: 'run',
    round: async calls => (await samplesOfRun(open, calls, 2)).map(({ timings }) => timings.handlerMs!),
  };
}

function each(name: string, call: () => Promise<number>): Contender {
  return {
    name,
    async round(calls) {
      const times: number[] = [];
      for (let at = 0; at < calls; at += 1) times.push(await call());
      return times;
    },
  };
}
