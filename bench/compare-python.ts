/** Our work beside the Python original's, on the same pictures and under the same quota: local, warm and cold at 1024 MB, and the memory of the function. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES } from '../lambda-image/architecture.ts';
import { assembleTaskRoot } from '../lambda-image/task-root.ts';
import { createClassifier } from '../src/classifier/classify.ts';
import { chooseModel } from '../src/runs/choose-model.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { ALLOCATOR_VARIABLES } from '../src/runs/our-function.ts';
import { assembledFunction } from './built-function.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { MEMORY_MB, type MeasuredFunction, startMeasured } from './measured-function.ts';
import { heading, line, say } from './print.ts';
import { NO_TORCH, pythonWithTorch, startLineServer } from './python.ts';
import { type Contender, type Effort, sideBySide, timed } from './side-by-side.ts';

const SCRIPT = 'original.py';
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** A round calls each picture once. */
const LOCAL: Effort = { rounds: 10, callsPerRound: 7, warmup: 7 };
const WARM: Effort = { rounds: 10, callsPerRound: 7, warmup: 7 };
const COLD: Effort = { rounds: 9, callsPerRound: 1, warmup: 1 };
const MEMORY: Effort = { rounds: 3, callsPerRound: 1, warmup: 0 };
const { signal } = new AbortController();

/** Of the ratios to the original: float32, int8. */
const BUDGETS = { local: [0.55, 0.25], warm: [0.33, 0.14], cold: [0.18, 0.12], memory: [0.6, 0.35] } as const;

export async function benchComparePython(): Promise<void> {
  const python = pythonWithTorch();
  if (python === undefined) {
    heading('beside the Python original');
    say(`  not here: ${NO_TORCH}`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-python-'));
  try {
    const weights = join(folder, 'random.pt');
    const { status } = spawnSync(python, [join(FOLDER, SCRIPT), 'weights', weights], { stdio: 'inherit' });
    if (status !== 0) throw new Error('the original cannot make its weights');
    const files = [await modelFile(), quantisedModelFile()].filter(file => file !== undefined);
    await compareLocal(python, weights, files);
    await compareFunctions(python, weights, files, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareLocal(python: string, weights: string, files: readonly string[]): Promise<void> {
  const threads = availableParallelism();
  heading(
    `decode to top five in one process, ${threads} threads, against the Python original (torch float32, 2 threads)`,
  );
  const server = startLineServer(python, SCRIPT, ['local', weights]);
  try {
    const theirs = eachPicture('python', file => server.measure(file));
    for (const [at, file] of files.entries()) {
      const ours = freshClassifier(file, threads);
      line(`${basename(file)} / python`, await sideBySide(ours, theirs, LOCAL), BUDGETS.local[at]);
    }
  } finally {
    server.process.kill();
  }
}

/** A session of its own each round: one that is there would go on spinning while the other works. */
function freshClassifier(modelFile: string, threads: number): Contender {
  return {
    name: basename(modelFile),
    async round(calls) {
      const classifier = await createClassifier({ modelFile, threads, preprocess: 'torchvision' });
      const measured = eachPicture('', path => {
        const bytes = readFileSync(path);
        return timed(() => classifier.classify(bytes));
      });
      await measured.round(LOCAL.warmup);
      const times = await measured.round(calls);
      await classifier.release();
      return times;
    },
  };
}

function eachPicture(name: string, measure: (file: string) => Promise<number>): Contender {
  const files = pictures();
  return {
    name,
    async round(calls) {
      const times: number[] = [];
      for (let call = 0; call < calls; call++) times.push(await measure(files[call % files.length]!));
      return times;
    },
  };
}

/** Ours as `npm run image` makes it: bundled, its model prepared. */
async function compareFunctions(
  python: string,
  weights: string,
  files: readonly string[],
  folder: string,
): Promise<void> {
  const architecture = ARCHITECTURES.find(({ node }) => node === process.arch);
  if (process.platform !== 'linux' || architecture === undefined) {
    say('  the function is for Linux: not here');
    return;
  }
  const images = await loadImages(pictures());
  const original = { bootstrap: [python, join(FOLDER, SCRIPT), 'function', weights], taskRoot: FOLDER };
  const theirs = await startMeasured('python', original, images);
  try {
    for (const [at, file] of files.entries()) {
      const model = await chooseModel(file, { signal });
      const root = join(folder, model.info.name);
      await assembleTaskRoot(model, architecture, root, { prepare: true, signal });
      const ours = await startMeasured(
        model.info.name,
        { ...assembledFunction(root), env: ALLOCATOR_VARIABLES },
        images,
      );
      try {
        await compareFunction(`${model.info.name} (${model.info.precision})`, ours, theirs, at);
      } finally {
        await ours.stop();
      }
    }
  } finally {
    await theirs.stop();
  }
}

async function compareFunction(
  name: string,
  ours: MeasuredFunction,
  theirs: MeasuredFunction,
  at: number,
): Promise<void> {
  heading(`${name} as a function of ${MEMORY_MB} MB against the Python original there`);
  line('warm, in the handler', await sideBySide(ours.warm, theirs.warm, WARM), BUDGETS.warm[at]);
  line('cold, process start to first answer', await sideBySide(ours.cold, theirs.cold, COLD), BUDGETS.cold[at]);
  line('peak resident memory', await sideBySide(ours.memory, theirs.memory, MEMORY), BUDGETS.memory[at], 'MB');
}
