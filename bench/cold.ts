/** A cold start by part at 1024 MB, float32 and int8: what bundling the code and preparing the model are worth, in turns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARCHITECTURES } from '../lambda-image/architecture.ts';
import { assembleTaskRoot } from '../lambda-image/task-root.ts';
import { chooseModel } from '../src/runs/choose-model.ts';
import { ALLOCATOR_VARIABLES } from '../src/runs/our-function.ts';
import { type ColdCall, type ColdContender, type ColdFunction, MEMORY_MB, startCold } from './cold-contender.ts';
import { modelFile, pictures, quantisedModelFile } from './inputs.ts';
import { heading, say } from './print.ts';
import { median, quantile } from './side-by-side.ts';

const ROUNDS = 7;

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const { signal } = new AbortController();

export async function benchCold(): Promise<void> {
  const architecture = ARCHITECTURES.find(({ node }) => node === process.arch);
  if (process.platform !== 'linux' || architecture === undefined) {
    say('\ncold starts: not here, the function is for Linux');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-cold-'));
  try {
    for (const file of [await modelFile(), quantisedModelFile()]) {
      if (file === undefined) continue;
      const model = await chooseModel(file, { signal });
      const roots = {
        plain: join(folder, model.info.name, 'plain'),
        prepared: join(folder, model.info.name, 'prepared'),
      };
      await assembleTaskRoot(model, architecture, roots.plain, { prepare: false, signal });
      await assembleTaskRoot(model, architecture, roots.prepared, { prepare: true, signal });
      heading(
        `cold start, ${model.info.name} (${model.info.precision}), ${MEMORY_MB} MB, ${ROUNDS} rounds in turns; medians`,
      );
      await compareCold([
        { name: 'code as files', ...fromFiles(roots.plain) },
        { name: 'code bundled', ...bundled(roots.plain) },
        { name: 'and model prepared', ...bundled(roots.prepared) },
      ]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As the compiler leaves it: a file for each source, and the libraries as they are installed. */
function fromFiles(taskRoot: string): Omit<ColdFunction, 'name'> {
  const env = { ...ALLOCATOR_VARIABLES, RESNET_BENCH_MODEL_FILE: join(taskRoot, 'model.onnx') };
  return { bootstrap: [process.execPath, join(dist, 'handler/bootstrap.js')], taskRoot: join(dist, 'handler'), env };
}

function bundled(taskRoot: string): Omit<ColdFunction, 'name'> {
  return { bootstrap: [process.execPath, 'handler/bootstrap.mjs'], taskRoot, env: ALLOCATOR_VARIABLES };
}

/** The first is what the others are compared with. */
export async function compareCold(functions: readonly ColdFunction[]): Promise<void> {
  const picture = pictures()[0]!;
  const contenders: ColdContender[] = [];
  try {
    for (const one of functions) contenders.push(await startCold(one, picture));
    const reason = contenders[0]?.noLimits;
    if (reason !== undefined) say(`  without Lambda's share of the CPU: ${reason}`);
    const calls = contenders.map((): ColdCall[] => []);
    // Once before, for the files to be in memory.
    for (const contender of contenders) await contender.call();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let i = 0; i < contenders.length; i += 1) {
        const which = (round + i) % contenders.length;
        calls[which]!.push(await contenders[which]!.call());
      }
    }
    say(
      `  ${''.padEnd(22)}   whole = Node + code + session + first call + rest     CPU   peak MB   whole against the first`,
    );
    for (const [i, { name }] of contenders.entries()) say(row(name, calls[i]!, calls[0]!));
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

function row(name: string, calls: readonly ColdCall[], first: readonly ColdCall[]): string {
  const of = (value: (call: ColdCall) => number, width: number) => median(calls.map(value)).toFixed(0).padStart(width);
  const rest = ({ wholeMs, parts }: ColdCall) => parts.reduce((left, part) => left - part, wholeMs);
  const ratios = calls.map(({ wholeMs }, round) => wholeMs / first[round]!.wholeMs);
  const [ratio, low, high] = [0.5, 0.1, 0.9].map(fraction => quantile(ratios, fraction).toFixed(3));
  const parts = [0, 1, 2, 3].map((part, i) => of(({ parts }) => parts[part]!, [7, 7, 10, 13][i]!)).join('');
  return `  ${name.padEnd(22)} ${of(({ wholeMs }) => wholeMs, 7)} ${parts}${of(rest, 7)} ${of(({ cpuMs }) => cpuMs, 7)} ${of(({ peakMb }) => peakMb, 9)}   ${ratio} [${low}, ${high}]`;
}
