/** k6's output as several instances would have written it: each call in one file, the plan of the load in the first. */
import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Splits a compressed output into so many files. */
export async function instancesOf(file: string, count: number, nameOf: (i: number) => string): Promise<string[]> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .split('\n')
    .slice(0, -1);
  const names = Array.from({ length: count }, (_, i) => nameOf(i));
  for (const [i, name] of names.entries()) {
    const own = lines.filter(line => Number(JSON.parse(line).data.metadata?.seq ?? 0) % count === i);
    await writeFile(name, gzipSync(own.map(line => `${line}\n`).join('')));
  }
  return names;
}
