/** What each option of the runtime is worth, on against as we leave it: why src/classifier/session.ts sets what it sets. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { INPUT_LENGTH, preprocess } from '../src/classifier/preprocess.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { heading, line } from './print.ts';
import { type Contender, type Effort, sideBySide, timed } from './side-by-side.ts';

const EFFORT: Effort = { rounds: 7, callsPerRound: 6, warmup: 1 };
const SETTLING_CALLS = 2;

interface Options extends InferenceSession.SessionOptions {
  /** The answer goes into memory that is there. */
  readonly outputKept?: boolean;
}

const AS_WE_RUN: Options = { graphOptimizationLevel: 'all' };
const OTHERS: Readonly<Record<string, Options>> = {
  'without memory arena': { enableCpuMemArena: false },
  'without memory pattern': { enableMemPattern: false },
  'output allocated ahead': { outputKept: true },
  'without spinning': { extra: { session: { intra_op: { allow_spinning: '0' } } } },
  'without prepacking': { extra: { session: { disable_prepacking: '1' } } },
  'graph level extended': { graphOptimizationLevel: 'extended' },
};

export async function benchRuntimeOptions(): Promise<void> {
  const picture = readFileSync(pictures()[0]!);
  for (const file of [await modelFile(), quantisedModelFile()]) {
    if (file === undefined) continue;
    heading(`options of the runtime, ${basename(file)}, one thread: each / as we run it`);
    const base = session('as we run it', file, AS_WE_RUN, picture);
    for (const [name, options] of Object.entries(OTHERS))
      line(name, await sideBySide(session(name, file, options, picture), base, EFFORT));
  }
}

/** A fresh session a round. */
function session(name: string, file: string, { outputKept, ...options }: Options, picture: Uint8Array): Contender {
  return {
    name,
    async round(calls) {
      const made = await InferenceSession.create(file, {
        ...AS_WE_RUN,
        intraOpNumThreads: 1,
        logSeverityLevel: 4,
        ...options,
      });
      const input = new Float32Array(INPUT_LENGTH);
      const feeds = { [made.inputNames[0]!]: new Tensor('float32', input, [1, 3, 224, 224]) };
      const output = { [made.outputNames[0]!]: new Tensor('float32', new Float32Array(1_000), [1, 1_000]) };
      const times: number[] = [];
      for (let call = 0; call < SETTLING_CALLS + calls; call += 1) {
        await preprocess(picture, 'torchvision', input);
        times.push(await timed(() => (outputKept ? made.run(feeds, output) : made.run(feeds))));
      }
      await made.release();
      return times.slice(SETTLING_CALLS);
    },
  };
}
