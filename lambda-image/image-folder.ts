/** The folder that an image is made in: nobody else's, of one process at a time, and without what one that was killed has left. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SetupError, UsageError } from '../src/core/errors.ts';
import { makeFolder } from '../src/models/make-folder.ts';
import { disown, own } from '../src/runs/run-owner.ts';

export const DOCKERFILE = fileURLToPath(new URL('Dockerfile', import.meta.url));

/** In the name of a folder while it is made. */
export const PARTIAL = '.partial-';

const ELSEWHERE = '--out names another folder';

/** Until `work` is done the folder is this process's: the labels of an image must not tell of what another has put there. Throws UsageError, SetupError. */
export async function inImageFolder<T>(context: string, work: () => Promise<T>): Promise<T> {
  await orCannotWrite(context, async () => {
    await makeFolder(context);
    await refuseForeign(context);
    claim(context);
  });
  try {
    await orCannotWrite(context, () => removeLeftovers(context));
    return await work();
  } finally {
    disownQuietly(context);
  }
}

/** The system's errors become SetupError. */
export async function orCannotWrite<T>(context: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw thrown;
    throw new SetupError(`cannot write ${context}: ${messageOf(thrown)}`, ELSEWHERE, thrown);
  }
}

/** What somebody else has there is not ours to replace. */
async function refuseForeign(context: string): Promise<void> {
  const names = await readdir(context);
  if (names.includes('image.json')) return;
  // Of ours that was interrupted the Dockerfile is there.
  const theirs = names.includes('Dockerfile')
    ? (await readFile(join(context, 'Dockerfile'), 'utf8')) !== (await readFile(DOCKERFILE, 'utf8'))
    : names.includes('task');
  if (!theirs) return;
  const what = names.includes('Dockerfile') ? 'a Dockerfile' : 'a task folder';
  throw new UsageError(`${context} holds ${what} that is not of this program`, ELSEWHERE);
}

function claim(context: string): void {
  try {
    own(context);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    throw new SetupError(`another process has just begun to make an image in ${context}`, ELSEWHERE, thrown);
  }
}

async function removeLeftovers(context: string): Promise<void> {
  const left = (await readdir(context)).filter(name => name.startsWith(`task${PARTIAL}`));
  for (const name of left) await rm(join(context, name), { recursive: true, force: true });
}

function disownQuietly(context: string): void {
  try {
    disown(context);
  } catch {}
}
