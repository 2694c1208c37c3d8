/** The local runner's inference against a bare onnxruntime-node loop on the same model; and creating the session. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { InferenceSession } from 'onnxruntime-node';
import { createSession } from '../src/classifier/session.ts';
import { LocalRunner } from '../src/runners/local.ts';
import { bareSession, SETTLING_CALLS } from './bare-session.ts';
import { samplesOfRun } from './harness.ts';
import { modelFile, pictures } from './inputs.ts';
import { heading, line } from './print.ts';
import { type Contender, contender, sideBySide, timed } from './side-by-side.ts';

export async function benchInference(): Promise<void> {
  const file = await modelFile();
  const threads = availableParallelism();
  const bytes = readFileSync(pictures()[0]!);
  heading(`inference, ${threads} threads (a fresh session each round; two at once would spin against each other)`);
  const effort = { rounds: 20, callsPerRound: 15, warmup: 1 };
  line(
    'local / bare onnxruntime-node loop',
    await sideBySide(local(file, threads), bareSession('bare', file, threads, bytes), effort),
    1.02,
  );

  heading('session creation, model read included');
  const ours = contender('ours', () => timed(async () => (await createSession(file, threads)).release()));
  const plain = contender('plain', () =>
    timed(async () => (await InferenceSession.create(file, { intraOpNumThreads: threads })).release()),
  );
  const creation = await sideBySide(ours, plain, { rounds: 12, callsPerRound: 1, warmup: 1 });
  line('createSession / InferenceSession.create', creation);
}

/** What `local` reports as inference: a whole run, with everything that the harness does between the calls. */
function local(modelFile: string, threads: number): Contender {
  const model = { name: 'bench', sha256: '', precision: 'float32', weights: 'trained' as const };
  return {
    name: 'local',
    async round(calls) {
      const runner = new LocalRunner({ modelFile, model, threads, preprocess: 'torchvision' });
      const samples = await samplesOfRun(runner, calls, SETTLING_CALLS);
      return samples.map(({ timings }) => timings.inferenceMs!);
    },
  };
}
