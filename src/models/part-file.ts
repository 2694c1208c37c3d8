/** The unfinished file of a download: found again after an interruption, hashed as it grows, and never shared by two downloads. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { messageOf, SetupError } from '../core/errors.ts';
import { makeFolder } from './make-folder.ts';

const HOST = hostname().replace(/[^\w-]/g, '_');
let claims = 0;

/**
 * While a download writes it, the file is called `<file>.<host>-<pid>-<n>.part`, which no other download uses; at rest it
 * is `<file>.part`. It changes hands by rename, which only one of two can win, so that there is no lock to go stale.
 * Every method throws SetupError when the disk refuses.
 */
export class PartFile {
  readonly #file: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  #hash = createHash('sha256');
  #size = 0;
  #published = false;

  private constructor(file: string, path: string, handle: FileHandle) {
    this.#file = file;
    this.#path = path;
    this.#handle = handle;
  }

  /** Takes over what an earlier download of `file` left behind, or starts an empty part. */
  static claim(file: string): Promise<PartFile> {
    return onDisk(file, async () => {
      await makeFolder(dirname(file));
      const path = `${file}.${HOST}-${process.pid}-${claims++}.part`;
      // One of several is enough: the last stays, the others are gone with it.
      for (const left of await abandonedParts(file)) await rename(left, path).catch(ignoreMissing);
      const part = new PartFile(file, path, await open(path, 'a+'));
      const bytes: AsyncIterable<Buffer> = part.#handle.createReadStream({ start: 0, autoClose: false });
      for await (const chunk of bytes) part.#count(chunk);
      return part;
    });
  }

  get size(): number {
    return this.#size;
  }

  /** Hex SHA-256 of all bytes so far. */
  sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  append(chunk: Uint8Array): Promise<void> {
    return onDisk(this.#file, async () => {
      await this.#handle.appendFile(chunk);
      this.#count(chunk);
    });
  }

  clear(): Promise<void> {
    return onDisk(this.#file, async () => {
      await this.#handle.truncate(0);
      this.#hash = createHash('sha256');
      this.#size = 0;
    });
  }

  /** The part is complete and becomes `file`, at once and for good. */
  publish(): Promise<void> {
    return onDisk(this.#file, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#path, this.#file);
      this.#published = true;
      // What another download gave up in the meantime serves nobody now.
      await rm(`${this.#file}.part`, { force: true });
    });
  }

  /** Leaves the part for the next download; an empty one is removed. To be called in any case; after `publish` it does nothing. */
  release(): Promise<void> {
    return onDisk(this.#file, async () => {
      if (this.#published) return;
      await this.#handle.close();
      if (this.#size === 0) await rm(this.#path, { force: true });
      else await rename(this.#path, `${this.#file}.part`);
    });
  }

  #count(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }
}

/** The part at rest, and those of downloads on this host that were killed. */
async function abandonedParts(file: string): Promise<string[]> {
  const atRest = `${basename(file)}.part`;
  const inUse = `${basename(file)}.${HOST}-`;
  const names = await readdir(dirname(file));
  return names
    .filter(
      name => name === atRest || (name.startsWith(inUse) && !isAlive(Number.parseInt(name.slice(inUse.length), 10))),
    )
    .map(name => join(dirname(file), name));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: alive, but another user's.
    return !isErrno(error, 'ESRCH');
  }
}

function ignoreMissing(error: unknown): void {
  if (!isErrno(error, 'ENOENT')) throw error;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function onDisk<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SetupError(
      `cannot write ${file}: ${messageOf(error)}`,
      'make room there, or name another folder with RESNET_BENCH_MODELS_DIR',
      error,
    );
  }
}
