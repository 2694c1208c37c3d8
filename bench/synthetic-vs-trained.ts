/** Does the synthetic model take as long as a trained one? The trained one stands against itself too: what can be resolved here. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSyntheticModel } from '../src/models/synthetic.ts';
import { bareSession } from './bare-session.ts';
import { pictures, trainedModelFile } from './inputs.ts';
import { heading, line, say } from './print.ts';
import { sideBySide } from './side-by-side.ts';

const EFFORT = { rounds: 7, callsPerRound: 10, warmup: 1 };

export async function benchSynthetic(): Promise<void> {
  heading(
    'inference of the synthetic model against a trained one (ResNet-50 v1: 3.86 GMAC; v1.5 has 4.09, 1.060 times as many)',
  );
  const trained = trainedModelFile();
  if (trained === undefined) {
    say('  no trained model here: RESNET_BENCH_MODEL names one');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-'));
  try {
    const [v1, v15] = [join(folder, 'v1.onnx'), join(folder, 'v1.5.onnx')];
    await writeSyntheticModel(v1, { variant: 'v1' });
    await writeSyntheticModel(v15);
    const picture = await readFile(pictures()[0]!);
    for (const threads of [2, 1]) {
      const base = bareSession('trained', trained, threads, picture);
      const against = async (name: string, file: string, budget?: number) =>
        line(
          `${name} / trained, ${threads} thread${threads === 1 ? '' : 's'}`,
          await sideBySide(bareSession(name, file, threads, picture), base, EFFORT),
          budget,
        );
      await against('trained', trained);
      await against('synthetic v1', v1, 1.05);
      await against('synthetic v1.5', v15);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
