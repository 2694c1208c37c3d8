/** Preprocessing a picture, from the file's bytes to the network's input, against Pillow and torchvision on the same bytes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { INPUT_LENGTH, preprocess } from '../src/classifier/preprocess.ts';
import { pictures } from './inputs.ts';
import { heading, line } from './print.ts';
import { contender, sideBySide, timed } from './side-by-side.ts';

const script = fileURLToPath(new URL('torchvision-preprocess.py', import.meta.url));
const input = new Float32Array(INPUT_LENGTH);
const EFFORT = { rounds: 15, callsPerRound: 8, warmup: 10 };

export async function benchPreprocessing(): Promise<void> {
  heading('preprocessing');
  const python = ['/usr/bin/python3', 'python3'].find(
    command => spawnSync(command, ['-c', 'import torch, torchvision, PIL']).status === 0,
  );
  if (python === undefined) {
    console.log(
      "  no torchvision here (Debian's python3-torch and python3-torchvision): ours alone, fast against exact",
    );
  }
  const server = python === undefined ? undefined : startTorchvision(python);
  try {
    for (const file of pictures()) {
      const bytes = readFileSync(file);
      const ours = contender('exact', () => timed(() => preprocess(bytes, 'torchvision', input)));
      const fast = contender('fast', () => timed(() => preprocess(bytes, 'fast', input)));
      if (server !== undefined) {
        const theirs = contender('torchvision', () => server.measure(file));
        line(`${basename(file)}: ours / Pillow + torchvision`, await sideBySide(ours, theirs, EFFORT), 1);
      }
      line(`${basename(file)}: fast / exact`, await sideBySide(fast, ours, EFFORT));
    }
  } finally {
    server?.process.kill();
  }
}

/** A Python process that preprocesses a file for each line it is sent and answers with its milliseconds. */
function startTorchvision(python: string): { process: ChildProcess; measure: (file: string) => Promise<number> } {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async measure(file) {
      child.stdin.write(`${file}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error('Python ended');
      return Number(value);
    },
  };
}
