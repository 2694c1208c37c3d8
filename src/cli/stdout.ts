/** Large files to stdout. */
import { createReadStream } from 'node:fs';

/** What goes wrong with stdout is told where stdout is watched; the file is read to its end all the same. */
export async function copyToStdout(file: string): Promise<void> {
  for await (const chunk of createReadStream(file)) {
    await new Promise<void>(resolve => void process.stdout.write(chunk, () => resolve()));
  }
}
