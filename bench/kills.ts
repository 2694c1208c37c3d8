/**
 * `tsx bench/kills.ts [COUNT] [SEED]`: soaks that are killed without warning at random moments and resumed, until so many kills were made (100);
 * then looks whether each slot of their schedules was called once. Exit code 1 when anything is wrong. Linux only. Needs the built program.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../src/core/random.ts';
import { NO_MIRROR, smallModel } from '../test/cli/program.ts';
import { checkRun, type Findings } from './killed-run-checks.ts';
import { KilledSoak } from './killed-soak.ts';

const [count = 100, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const root = await mkdtemp(join(tmpdir(), 'resnet-bench-kills-'));
const model = process.env.RESNET_BENCH_MODEL ?? join(root, 'small.onnx');
if (process.env.RESNET_BENCH_MODEL === undefined) await writeFile(model, smallModel());
const env = { HOME: root, RESNET_BENCH_MODEL: model, RESNET_BENCH_MODELS_DIR: root, RESNET_BENCH_MIRROR: NO_MIRROR };
console.log(`${count} kills, seed ${seed}, model ${process.env.RESNET_BENCH_MODEL ?? 'small'}`);

const all: Findings[] = [];
const moments = new Map<string, number>();
let kills = 0;
let problems = 0;
while (kills < count || all.length === 0) {
  const soak = await KilledSoak.prepare(root, all.length + 1, env);
  const troubles = await soak.killUntilDone(random, count - kills);
  kills += soak.moments.length;
  for (const moment of soak.moments) moments.set(moment, (moments.get(moment) ?? 0) + 1);
  const found = await checkRun(soak);
  all.push(found);
  const wrong = [...troubles, ...found.wrong];
  problems += wrong.length;
  console.log(
    `run ${String(all.length).padStart(2)}  ${String(soak.moments.length).padStart(3)} kills  ${found.segments} stretches` +
      `  ${found.present} of ${found.planned} slots present, ${found.missed} missed, ${found.twice} twice` +
      `  ${wrong.length === 0 ? 'right' : 'WRONG'}`,
  );
  for (const what of wrong) console.log(`    ${what}`);
}

const sum = (of: 'planned' | 'present' | 'missed' | 'twice' | 'leftProcesses' | 'leftFiles') =>
  all.reduce((total, found) => total + found[of], 0);
console.log(
  `${kills} kills, ${all.length} runs, ${sum('planned')} slots planned, ${sum('present')} present, ${sum('missed')} missed, ` +
    `${sum('twice')} twice, ${sum('leftProcesses')} processes left, ${sum('leftFiles')} files left`,
);
console.log(`killed ${[...moments].map(([moment, times]) => `${moment}: ${times}`).join(', ')}`);
console.log(problems === 0 ? 'all right' : `${problems} THINGS WRONG; everything is in ${root}`);
if (problems === 0) await rm(root, { recursive: true, force: true });
else process.exitCode = 1;
