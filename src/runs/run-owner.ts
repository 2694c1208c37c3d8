/**
 * Whose run folder it is: each process that writes into it leaves a file `owner-<n>` with its id, n counting from 1. The newest
 * counts, and it is made exclusively, so that of two that resume at once only one goes on; one whose process is gone stands for nothing.
 */
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../core/errors.ts';
import { lives, ownMark } from './living-process.ts';

const NAME = /^owner-(\d+)$/;

/** The file that says so. Throws SetupError when another process writes into the folder; the system's error when it cannot be made. */
export function own(folder: string): string {
  const numbers = ownerNumbers(folder);
  const owner = livingOwner(folder, numbers.at(-1));
  if (owner !== undefined) {
    throw new SetupError(`${folder} is being written by process ${owner}`, 'let it end, or end it, and try again');
  }
  const file = join(folder, `owner-${(numbers.at(-1) ?? 0) + 1}`);
  const { pid, start = '' } = ownMark();
  claim(file, `${pid} ${start}\n`);
  return file;
}

/** At the end: nobody's. Not sooner, since the names of those before keep others from taking one. */
export function disown(folder: string): void {
  for (const number of ownerNumbers(folder)) rmSync(join(folder, `owner-${number}`), { force: true });
}

/** With its text at once: an empty one would look as if it were nobody's. Throws EEXIST when another was quicker. */
function claim(file: string, text: string): void {
  const whole = `${file}.${process.pid}`;
  try {
    writeFileSync(whole, text);
    linkSync(whole, file);
  } catch (thrown) {
    // Some file systems have no links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    writeFileSync(file, text, { flag: 'wx' });
  } finally {
    rmSync(whole, { force: true });
  }
}

/** Whether somebody is writing into the folder. */
export function hasLivingOwner(folder: string): boolean {
  try {
    return livingOwner(folder, ownerNumbers(folder).at(-1)) !== undefined;
  } catch {
    // It has ended just now.
    return false;
  }
}

function livingOwner(folder: string, newest: number | undefined): number | undefined {
  if (newest === undefined) return undefined;
  const [pid, start] = readFileSync(join(folder, `owner-${newest}`), 'utf8')
    .trim()
    .split(' ');
  return lives({ pid: Number(pid), start }) ? Number(pid) : undefined;
}

function ownerNumbers(folder: string): number[] {
  return readdirSync(folder)
    .flatMap(name => Number(NAME.exec(name)?.[1] ?? Number.NaN))
    .filter(number => !Number.isNaN(number))
    .sort((a, b) => a - b);
}
