/** A function on an emulator of its own at 1024 MB: its warm calls, its cold ones, and the most memory that it held. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryError } from '../src/core/errors.ts';
import type { Image } from '../src/core/image.ts';
import type { Inference } from '../src/core/runner.ts';
import type { EmulatorOptions } from '../src/emulator/config.ts';
import { startEmulator } from '../src/emulator/start.ts';
import { LambdaRunner } from '../src/runners/lambda.ts';
import { say } from './print.ts';
import { type Contender, contender, timed } from './side-by-side.ts';

export const MEMORY_MB = 1024;

const RETRY_MS = 5;

export interface MeasuredFunction {
  /** Milliseconds in the handler, as it says itself. */
  readonly warm: Contender;
  /** Milliseconds from a call that finds no environment to its answer: start of the process, init, first inference. */
  readonly cold: Contender;
  /** Peak resident memory of the process after a cold start and three calls with each picture, MB of 1,048,576 bytes. */
  readonly memory: Contender;
  stop(): Promise<void>;
}

export async function startMeasured(
  name: string,
  program: Pick<EmulatorOptions, 'bootstrap' | 'taskRoot'> & Partial<EmulatorOptions>,
  images: readonly Image[],
): Promise<MeasuredFunction> {
  const { signal } = new AbortController();
  const limits = { memoryMb: MEMORY_MB, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 3_600_000 };
  const emulator = await startEmulator({ functionName: 'bench', ...program, ...limits }, signal);
  if (emulator.noLimits !== undefined) say(`  without Lambda's share of the CPU: ${emulator.noLimits.reason}`);
  const runner = new LambdaRunner({
    ...{ url: emulator.functionUrl, frontDoor: 'url', timeoutMs: 60_000, connection: 'keep', images },
  });
  await runner.start(signal);
  const call = async (at: number): Promise<Inference> => {
    for (;;) {
      try {
        return await runner.infer(images[at % images.length]!, signal);
      } catch (thrown) {
        // The environment has answered and not yet asked for the next.
        if (!(thrown instanceof QueryError && thrown.kind === 'throttled')) throw thrown;
        await sleep(RETRY_MS);
      }
    }
  };
  const callEach = async (calls: number) => {
    const times: number[] = [];
    for (let at = 0; at < calls; at += 1) times.push((await call(at)).timings.handlerMs!);
    return times;
  };
  const coldCall = async () => {
    while ((await emulator.environments()).environments.length > 0) {
      if ((await emulator.endIdleEnvironments()) === 0) await sleep(RETRY_MS);
    }
    return timed(() => call(0));
  };
  return {
    warm: { name, round: callEach },
    cold: contender(name, coldCall),
    memory: contender(name, async () => {
      await coldCall();
      await callEach(3 * images.length);
      const [{ pid } = {}] = (await emulator.environments()).environments;
      return peakMb(pid!);
    }),
    stop: () => runner.stop().then(() => emulator.stop()),
  };
}

function peakMb(pid: number): number {
  const [, kb] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kb) / 1_024;
}
