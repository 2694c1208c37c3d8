/** Preprocessing a picture, from the file's bytes to the network's input, against Pillow and torchvision on the same bytes. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { decode } from '../src/classifier/decode.ts';
import { INPUT_LENGTH, preprocess } from '../src/classifier/preprocess.ts';
import { pictures } from './inputs.ts';
import { heading, line, say } from './print.ts';
import { NO_TORCH, pythonWithTorch, startLineServer } from './python.ts';
import { contender, sideBySide, timed } from './side-by-side.ts';

const input = new Float32Array(INPUT_LENGTH);
const EFFORT = { rounds: 15, callsPerRound: 8, warmup: 10 };

export async function benchPreprocessing(): Promise<void> {
  heading('a picture to the input of the network');
  const python = pythonWithTorch();
  if (python === undefined) say(`  ${NO_TORCH}: ours alone, fast against exact`);
  const server = python === undefined ? undefined : startLineServer(python, 'torchvision-preprocess.py');
  try {
    for (const file of pictures()) {
      const bytes = readFileSync(file);
      const ours = contender('exact', () => timed(() => preprocess(bytes, 'torchvision', input)));
      const fast = contender('fast', () => timed(() => preprocess(bytes, 'fast', input)));
      if (server !== undefined) {
        const theirs = contender('torchvision', () => server.measure(file));
        line(`${basename(file)}: ours / Pillow + torchvision`, await sideBySide(ours, theirs, EFFORT), 1);
      }
      const decoding = contender('decode', () => timed(() => decode(bytes)));
      line(`${basename(file)}: decoding alone / all of it`, await sideBySide(decoding, ours, EFFORT));
      line(`${basename(file)}: fast / exact`, await sideBySide(fast, ours, EFFORT));
    }
  } finally {
    server?.process.kill();
  }
}
