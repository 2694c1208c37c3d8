/** Makes a folder and those above it. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Like `mkdir -p`. Not `mkdir(folder, { recursive: true })`, which never returns, at full load, where the parent exists and
 * the system still answers ENOENT, as in /proc (seen with Node 20.20). Throws the system's error.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder).catch((again: NodeJS.ErrnoException) => {
      // Somebody else made it meanwhile.
      if (again.code !== 'EEXIST') throw again;
    });
  }
}
