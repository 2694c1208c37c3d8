/** What a share of a CPU is on the emulator: the time it gives to a function that never pauses, and what a second thread is worth at two sizes. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../src/emulator/start.ts';
import { LambdaRunner } from '../src/runners/lambda.ts';
import { chooseModel } from '../src/runs/choose-model.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { ourFunction } from '../src/runs/our-function.ts';
import { BUILT_BOOTSTRAP } from './built-function.ts';
import { modelFile, pictures } from './inputs.ts';
import { heading, line, say } from './print.ts';
import { type Contender, median, sideBySide } from './side-by-side.ts';

const SPIN_MS = 5_000;
const ROUNDS = 3;
/** A core and no more: one after another, so that they do not share the machine's cores. */
const SIZES = [512, 1024, 1769] as const;
const LIMIT = 0.02;

const bootstraps = fileURLToPath(new URL('../test/emulator/bootstraps/', import.meta.url));
const { signal } = new AbortController();

export async function benchShares(): Promise<void> {
  heading(`CPU time given to a function that spins for ${SPIN_MS / 1_000} s, in cores`);
  for (const memoryMb of SIZES) {
    const lambda = await startEmulator(
      {
        ...{ functionName: 'fn', memoryMb, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 60_000 },
        ...{ bootstrap: [process.execPath, 'echo.mjs'], taskRoot: bootstraps },
      },
      signal,
    );
    try {
      if (lambda.noLimits !== undefined) {
        say(`  not here: ${lambda.noLimits.reason}`);
        return;
      }
      const given: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const answer = await fetch(lambda.functionUrl, { method: 'POST', body: JSON.stringify({ spinMs: SPIN_MS }) });
        given.push(((await answer.json()) as { cpuMs: number }).cpuMs / SPIN_MS);
      }
      const meant = memoryMb / 1769;
      const worst = Math.max(...given.map(cores => Math.abs(cores / meant - 1)));
      const range = [Math.min(...given), Math.max(...given)].map(cores => cores.toFixed(4)).join(', ');
      say(
        `  ${`${memoryMb} MB`.padEnd(10)} ${median(given).toFixed(4)} [${range}] of ${meant.toFixed(4)}   within ${LIMIT * 100} %: ${worst <= LIMIT ? 'met' : 'MISSED'}`,
      );
    } finally {
      await lambda.stop();
    }
  }
  await benchThreads();
}

/** Inference alone, as the function tells it. */
async function benchThreads(): Promise<void> {
  const model = await chooseModel(await modelFile(), { signal });
  heading(`a warm inference of ${basename(model.file)} on the emulator, two threads against one`);
  const images = await loadImages(pictures().slice(0, 1));
  for (const memoryMb of [1024, 3008]) {
    const start = async (threads: number) => {
      const ours = { ...ourFunction(model, 'torchvision'), bootstrap: BUILT_BOOTSTRAP };
      const env = { ...ours.env, RESNET_BENCH_THREADS: String(threads) };
      const limits = { memoryMb, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 600_000 };
      const emulator = await startEmulator({ ...ours, ...limits, env }, signal);
      const runner = new LambdaRunner({
        ...{ url: emulator.functionUrl, frontDoor: 'url', timeoutMs: 60_000, connection: 'keep', images },
      });
      await runner.start(signal);
      const round = async (calls: number) => {
        const times: number[] = [];
        for (let call = 0; call < calls; call += 1) {
          times.push((await runner.infer(images[0]!, signal)).timings.inferenceMs!);
        }
        return times;
      };
      const contender: Contender = { name: `${threads}`, round };
      return { contender, stop: () => runner.stop().then(() => emulator.stop()) };
    };
    const [one, two] = [await start(1), await start(2)];
    try {
      const effort = { rounds: 10, callsPerRound: 15, warmup: 5 };
      line(`${memoryMb} MB: two threads / one`, await sideBySide(two.contender, one.contender, effort));
    } finally {
      await one.stop();
      await two.stop();
    }
  }
}
