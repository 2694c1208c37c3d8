/** Much text to stdout. */
import { createReadStream } from 'node:fs';

/** What goes wrong with stdout is told where stdout is watched; the file is read to its end all the same. */
export async function copyToStdout(file: string): Promise<void> {
  await writeToStdout(createReadStream(file));
}

/** A piece at a time, so that no more waits in memory. */
export async function writeToStdout(pieces: Iterable<string> | AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    await new Promise<void>(resolve => void process.stdout.write(piece, () => resolve()));
  }
}
