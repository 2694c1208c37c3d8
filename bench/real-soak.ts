/** A real soak through the command line, in a pipe and on a terminal in turns: how late its calls leave, and what the live view costs them. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRecord } from '../src/runs/read-run.ts';
import { type CallTimes, callTimes, compareRounds, delayLine } from './call-times.ts';
import { modelFile, pictures } from './inputs.ts';
import { heading, line } from './print.ts';
import { onTerminal, terminalEnv } from './terminal.ts';

const program = fileURLToPath(new URL('../bin/resnet-bench.js', import.meta.url));
const TARGETS = ['lambda', 'local'] as const;
const ROUNDS = 2;
const SECONDS = 15;

interface Round {
  readonly all: CallTimes;
  readonly warm: CallTimes;
}
type Rounds = Record<(typeof TARGETS)[number], Round[]>;

/** `noTerminal`: why there is none. */
export async function benchRealSoak(noTerminal: string | undefined): Promise<void> {
  const model = await modelFile();
  heading(
    `a soak of ${basename(model)}, on the emulator and in this process, a call a second each for ${ROUNDS} times ${SECONDS} s`,
  );
  const piped: Rounds = { lambda: [], local: [] };
  const viewed: Rounds = { lambda: [], local: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [false, ...(noTerminal === undefined ? [true] : [])];
    for (const terminal of round % 2 === 0 ? turns : turns.reverse()) {
      const rounds = await soak(model, terminal);
      for (const target of TARGETS) (terminal ? viewed : piped)[target].push(rounds[target]);
    }
  }
  for (const target of TARGETS) {
    delayLine(`${target}, in a pipe`, delaysOf(piped[target]));
    if (noTerminal === undefined) delayLine(`${target}, with the live view`, delaysOf(viewed[target]));
  }
  if (noTerminal !== undefined) return;
  for (const target of TARGETS) {
    const service = (rounds: Rounds) => rounds[target].map(({ warm }) => warm.serviceMs);
    line(`${target}, warm service p50: live view / pipe`, compareRounds(service(viewed), service(piped), 50));
  }
}

const delaysOf = (rounds: readonly Round[]) => rounds.flatMap(({ all }) => all.issueDelayMs);

async function soak(model: string, terminal: boolean): Promise<Record<(typeof TARGETS)[number], Round>> {
  const out = await mkdtemp(join(tmpdir(), 'resnet-bench-soak-'));
  try {
    const options = ['--interval', '1s', '--duration', `${SECONDS}s`, '--target', TARGETS.join(), '--model', model];
    const node = [program, 'soak', ...options, '--out', out, ...pictures()];
    const { command, args } = terminal ? onTerminal(node) : { command: process.execPath, args: node };
    await promisify(execFile)(command, args, { env: terminalEnv() });
    const [run] = await readdir(out);
    const record = await readRecord(join(out, run!, 'record.json'));
    const round = (name: string) => {
      const { samples } = record.targets.find(target => target.name === name)!;
      const all = [...samples].sort((a, b) => a.seq - b.seq);
      const warm = all.filter(({ outcome, start }) => outcome.ok && start === 'warm');
      return { all: callTimes(all), warm: callTimes(warm) };
    };
    return { lambda: round('lambda'), local: round('local') };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
