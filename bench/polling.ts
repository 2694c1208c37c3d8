/** What looking for traces and log lines does to the calls that go on meanwhile: blocks of calls with it and without, in turns on one warm function. */
import { basename } from 'node:path';
import type { ObservedCall } from '../src/core/evidence.ts';
import type { Image } from '../src/core/image.ts';
import { startEmulator } from '../src/emulator/start.ts';
import { LambdaRunner } from '../src/runners/lambda.ts';
import { chooseModel } from '../src/runs/choose-model.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { FUNCTION_NAME, ourFunction } from '../src/runs/our-function.ts';
import { Arrivals } from '../src/scenarios/arrivals.ts';
import { BUILT_BOOTSTRAP } from './built-function.ts';
import { modelFile, pictures } from './inputs.ts';
import { heading, line, say } from './print.ts';
import { type Contender, sideBySide } from './side-by-side.ts';

/** A fifth of what is asked of AWS: as on the emulator. */
const INTERVAL_MS = 1_000;
const CALLS = 60;
const ROUNDS = 7;

export async function benchPolling(): Promise<void> {
  const { signal } = new AbortController();
  const model = await chooseModel(await modelFile(), { signal });
  const limits = { memoryMb: 1024, timeoutMs: 60_000, concurrency: 2, idleTimeoutMs: 600_000 };
  const emulator = await startEmulator(
    { ...ourFunction(model, 'torchvision'), bootstrap: BUILT_BOOTSTRAP, ...limits },
    signal,
  );
  const images = await loadImages(pictures().slice(0, 1));
  const runner = new LambdaRunner({
    ...{ url: emulator.functionUrl, frontDoor: 'url', timeoutMs: 60_000, connection: 'keep', images },
    functionName: FUNCTION_NAME,
    evidence: {
      ...{ access: { emulator: emulator.invokeEndpoint }, traces: true, logs: true, attempts: 10, confirm: false },
      pace: { intervalMs: INTERVAL_MS, lastIntervalMs: 100, patienceMs: 10_000 },
    },
  });
  try {
    await runner.start(signal);
    const [image] = images as [Image];
    let found = 0;
    const off: Contender = { name: 'off', round: calls => make(runner, image, calls, () => {}) };
    const on: Contender = {
      name: 'on',
      round: async calls => {
        const observed = new Arrivals<ObservedCall>();
        const reading = (async () => {
          for await (const { evidence } of runner.evidence!(observed, signal)) if (evidence.trace) found += 1;
        })();
        const times = await make(runner, image, calls, call => observed.add(call));
        observed.end();
        await reading;
        return times;
      },
    };
    heading(
      `a warm call of ${basename(model.file)} on the emulator, beside looking for traces and log lines every ${INTERVAL_MS / 1_000} s`,
    );
    const effort = { rounds: ROUNDS, callsPerRound: CALLS, warmup: CALLS };
    line('without / without', await sideBySide(off, off, effort));
    const comparison = await sideBySide(on, off, effort);
    line('with / without', comparison, 1.01);
    const { ratio, spread } = comparison.means;
    say(
      `  ${'of means, which a few slow calls move'.padEnd(44)} ${ratio.toFixed(3)} [${spread.map(value => value.toFixed(3)).join(', ')}]`,
    );
    say(`  ${found} traces found meanwhile, of ${(ROUNDS + 1) * CALLS} calls`);
  } finally {
    await runner.stop();
    await emulator.stop();
  }
}

/** Milliseconds of each, as the client has them. */
async function make(
  runner: LambdaRunner,
  image: Image,
  calls: number,
  over: (call: ObservedCall) => void,
): Promise<number[]> {
  const times: number[] = [];
  for (let seq = 0; seq < calls; seq += 1) {
    const issued = performance.now();
    const { requestId, traceId } = await runner.infer(image, new AbortController().signal);
    const ms = performance.now() - issued;
    times.push(ms);
    const completedAtMs = Date.now();
    over({
      ...{ seq, ok: true, httpStatus: 200, issuedAtMs: completedAtMs - ms, completedAtMs },
      ...{ requestId: requestId!, traceId: traceId!, traceJoin: 'handler' },
    });
  }
  return times;
}
