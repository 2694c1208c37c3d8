/** How late the calls of an open loop leave, and whether keeping and showing a run changes the times that it measures. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CallTimes, compareRounds, delayLine } from './call-times.ts';
import type { Job } from './open-loop-process.ts';
import { heading, line, say } from './print.ts';
import { benchRealSoak } from './real-soak.ts';
import { onTerminal, terminalEnv, whyNoTerminal } from './terminal.ts';

const program = fileURLToPath(new URL('open-loop-process.ts', import.meta.url));
const ANSWER_MS = 20;
const SLOW = { intervalMs: 1_000, calls: 60, answerMs: ANSWER_MS };
const FAST = { intervalMs: 10, calls: 300, answerMs: ANSWER_MS };
const ROUNDS = 5;
/** Of a round at the fast rate, left out of the ratios: code is compiled in them. */
const SETTLING_CALLS = 50;
/** The greatest ratio of measured times that is right. */
const BUDGET = 1.01;

interface Contender {
  readonly name: string;
  readonly mode: Job['mode'];
}
/** What all else stands against. */
const TIMERS: Contender = { name: 'bare timers', mode: 'timers' };
const ALONE: Contender = { name: 'the loop alone', mode: 'alone' };
const FOLDER: Contender = { name: 'with the run folder', mode: 'folder' };
const VIEW: Contender = { name: 'with that and the live view', mode: 'view' };

export async function benchIssueDelay(): Promise<void> {
  const noTerminal = whyNoTerminal();
  const shown = noTerminal === undefined ? [VIEW] : [];
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-delays-'));
  try {
    heading(`issue delay of an open loop, a call a second for a minute, answered after ${ANSWER_MS} ms`);
    if (noTerminal !== undefined) say(`  without the live view: ${noTerminal}`);
    const slow = [TIMERS, ALONE, FOLDER, ...shown];
    const phases = slow.map((_, i) => Math.round((1_000 * i) / slow.length));
    const minutes = await Promise.all(
      slow.map(({ mode }, i) => times({ ...SLOW, mode, phaseMs: phases[i]!, file: join(folder, `${i}.json`) })),
    );
    for (const [i, { issueDelayMs }] of minutes.entries()) delayLine(slow[i]!.name, issueDelayMs);

    heading(`the same at ${1_000 / FAST.intervalMs} calls a second, in turns`);
    const fast = [TIMERS, ALONE, FOLDER, ...shown];
    const rounds = await inTurns(fast, join(folder, 'times.json'));
    for (const contender of fast)
      delayLine(
        contender.name,
        rounds.get(contender)!.flatMap(({ issueDelayMs }) => issueDelayMs),
      );
    for (const contender of fast.slice(1)) compare(contender, rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await benchRealSoak(noTerminal);
}

/** Each round has all of them; who comes first changes from round to round. */
async function inTurns(contenders: readonly Contender[], file: string): Promise<Map<Contender, CallTimes[]>> {
  const rounds = new Map<Contender, CallTimes[]>(contenders.map(contender => [contender, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]!;
      rounds.get(contender)!.push(await times({ ...FAST, mode: contender.mode, file }));
    }
  }
  return rounds;
}

function compare(contender: Contender, rounds: ReadonlyMap<Contender, readonly CallTimes[]>): void {
  for (const [name, timing] of [
    ['service', 'serviceMs'],
    ['response', 'responseMs'],
  ] as const) {
    const settled = (of: Contender) => rounds.get(of)!.map(round => round[timing].slice(SETTLING_CALLS));
    for (const percent of [50, 99]) {
      const comparison = compareRounds(settled(contender), settled(TIMERS), percent);
      line(`${name} p${percent}: ${contender.name} / timers`, comparison, percent === 50 ? BUDGET : undefined);
    }
  }
}

async function times(job: Job): Promise<CallTimes> {
  const node = ['--import', import.meta.resolve('tsx'), program, JSON.stringify(job)];
  const { command, args } = job.mode === 'view' ? onTerminal(node) : { command: process.execPath, args: node };
  await promisify(execFile)(command, args, { env: terminalEnv() });
  return JSON.parse(await readFile(job.file, 'utf8'));
}
