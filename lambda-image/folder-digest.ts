/** A folder made and named by its content alone: same files, same bytes of the image layer, same digest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readdir, stat, utimes } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** 1980-01-01: the earliest that archives of all kinds can say. */
const FIXED_TIME_S = 315_532_800;

/** Lambda runs the function as a user of its own, who may read all and write nothing. */
const MODES = { folder: 0o755, file: 0o644 } as const;

/** Files of a folder and all below, with slashes, in order of their names. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => !entry.isDirectory());
  const odd = files.find(entry => !entry.isFile());
  if (odd !== undefined) throw new Error(`${join(odd.parentPath, odd.name)} is neither a file nor a folder`);
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/')).sort();
}

/** Gives everything in the folder the same times and modes, whoever made it when. */
export async function makeUniform(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map(entry => ({ path: join(entry.parentPath, entry.name), folder: entry.isDirectory() }));
  for (const { path, folder: isFolder } of [...paths, { path: folder, folder: true }]) {
    await chmod(path, isFolder ? MODES.folder : MODES.file);
    await utimes(path, FIXED_TIME_S, FIXED_TIME_S);
  }
}

/** SHA-256 over a line for each file: its own SHA-256, its mode in octal, its name. Hex. */
export async function folderDigest(folder: string): Promise<string> {
  const digest = createHash('sha256');
  for (const file of await filesBelow(folder)) {
    const path = join(folder, file);
    const mode = ((await stat(path)).mode & 0o777).toString(8);
    digest.update(`${await fileSha256(path)} ${mode} ${file}\n`);
  }
  return digest.digest('hex');
}

/** Hex. */
export async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
