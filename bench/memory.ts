/** The function's memory at 1024 MB: what settings of the C library's allocator and of V8 are worth, and what they cost in time. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES } from '../lambda-image/architecture.ts';
import { assembleTaskRoot } from '../lambda-image/task-root.ts';
import { chooseModel } from '../src/runs/choose-model.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { ALLOCATOR_VARIABLES } from '../src/runs/our-function.ts';
import { assembledFunction } from './built-function.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { MEMORY_MB, startMeasured } from './measured-function.ts';
import { heading, line, say } from './print.ts';
import { type Effort, sideBySide } from './side-by-side.ts';

const MEMORY: Effort = { rounds: 3, callsPerRound: 1, warmup: 0 };
const WARM: Effort = { rounds: 6, callsPerRound: 14, warmup: 7 };
const COLD: Effort = { rounds: 5, callsPerRound: 1, warmup: 0 };
const { signal } = new AbortController();

/** By name; each against none of them. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'young generation of 1 MB': { NODE_OPTIONS: '--max-semi-space-size=1' },
  'one pool of malloc': { MALLOC_ARENA_MAX: ALLOCATOR_VARIABLES.MALLOC_ARENA_MAX },
  'large pieces returned at once': { MALLOC_MMAP_THRESHOLD_: ALLOCATOR_VARIABLES.MALLOC_MMAP_THRESHOLD_ },
  'the last two, as we run it': ALLOCATOR_VARIABLES,
};

const PARTS = fileURLToPath(new URL('memory-parts.mjs', import.meta.url));

/** What each step adds to the peak, in a process with those settings. */
function partsLine(name: string, model: string, env: Readonly<Record<string, string>>): string {
  const text = execFileSync(process.execPath, [PARTS, model, ...pictures()], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  const peaks = Object.entries(JSON.parse(text) as Record<string, number>);
  const added = peaks.map(
    ([step, mb], at) => `${step} ${at === 0 ? '' : '+'}${(mb - (peaks[at - 1]?.[1] ?? 0)).toFixed(0)}`,
  );
  return `  by part, ${name}: ${added.join(', ')} = ${peaks.at(-1)![1].toFixed(0)} MB`;
}

export async function benchMemory(): Promise<void> {
  const architecture = ARCHITECTURES.find(({ node }) => node === process.arch);
  if (process.platform !== 'linux' || architecture === undefined) {
    say('the memory of the function: not here, it is for Linux');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-memory-'));
  const images = await loadImages(pictures());
  try {
    for (const file of [await modelFile(), quantisedModelFile()]) {
      if (file === undefined) continue;
      const model = await chooseModel(file, { signal });
      const root = join(folder, model.info.name);
      await assembleTaskRoot(model, architecture, root, { prepare: true, signal });
      heading(`memory of ${model.info.name} as a function of ${MEMORY_MB} MB: a setting / none`);
      for (const [name, env] of [['none', {}] as const, ['as we run it', ALLOCATOR_VARIABLES] as const])
        say(partsLine(name, join(root, 'model.onnx'), env));
      const plain = await startMeasured('plain', { ...assembledFunction(root), env: {} }, images);
      try {
        for (const [name, env] of Object.entries(SETTINGS)) {
          const set = await startMeasured(name, { ...assembledFunction(root), env }, images);
          try {
            line(`${name}: peak`, await sideBySide(set.memory, plain.memory, MEMORY), undefined, 'MB');
            if (name !== Object.keys(SETTINGS).at(-1)) continue;
            line(`${name}: warm, in the handler`, await sideBySide(set.warm, plain.warm, WARM));
            line(`${name}: cold`, await sideBySide(set.cold, plain.cold, COLD));
          } finally {
            await set.stop();
          }
        }
      } finally {
        await plain.stop();
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
