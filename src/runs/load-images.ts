/** The pictures of a run: read once, at the start. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readHeader } from '../classifier/decode.ts';
import { messageOf, UsageError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import { nearest } from '../core/nearest.ts';

/** Reads the files, which are named by their paths unless names are given. Throws UsageError for the first that is missing, a directory or unreadable; what is in them is not judged here. */
export async function loadImages(
  paths: readonly string[],
  names: readonly string[] = uniqueNames(paths),
): Promise<Image[]> {
  const files = paths.map(path => ({ path, bytes: readImage(path) }));
  return Promise.all(
    files.map(async ({ bytes }, i) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { name: names[i]!, bytes, sha256, ...(await readHeader(bytes)) };
    }),
  );
}

function readImage(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      throw new UsageError(`${path} is a directory`, `name the pictures in it: ${path.replace(/\/+$/, '')}/*.jpg`);
    }
    // Reading a pipe or a device might never end.
    if (!stats.isFile()) throw new UsageError(`${path} is not a file`, 'name JPEG or PNG files');
    return readFileSync(path);
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new UsageError(`cannot read ${path}: ${messageOf(thrown)}`, 'check its permissions', thrown);
    }
    const similar = similarFile(path);
    throw new UsageError(
      `no such file: ${path || '""'}`,
      similar === undefined
        ? 'name JPEG or PNG files, or none to use the built-in pictures'
        : `did you mean ${similar}?`,
      thrown,
    );
  }
}

/** A file in the same folder whose name is a slip of the finger away. */
function similarFile(path: string): string | undefined {
  try {
    const name = basename(path);
    const found = nearest(name, readdirSync(dirname(path)));
    return found === undefined ? undefined : path.slice(0, path.length - name.length) + found;
  } catch {
    return undefined;
  }
}

/** File names; where two are the same their paths; where those are the same too, numbered. */
function uniqueNames(paths: readonly string[]): string[] {
  const count = (list: readonly string[], entry: string) => list.filter(other => other === entry).length;
  const bases = paths.map(path => basename(path));
  const names = paths.map((path, i) => (count(bases, bases[i]!) === 1 ? bases[i]! : path));
  return names.map((name, i) => {
    let number = count(names.slice(0, i), name) + 1;
    if (number === 1) return name;
    while (names.includes(`${name} (${number})`)) number++;
    return `${name} (${number})`;
  });
}
