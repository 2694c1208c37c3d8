/**
 * The folder of a run. `record.json` begins as the record without samples; `samples.ndjson` grows by a line a sample, on
 * disk before the next query leaves; at the end the whole record is written beside the first and renamed over it.
 * A folder whose run was killed is a valid input to every command.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, SetupError } from '../core/errors.ts';
import type { SampleLine } from '../core/record.ts';
import { makeFolder } from '../models/make-folder.ts';

export const RECORD_FILE = 'record.json';
export const SAMPLES_FILE = 'samples.ndjson';

export class RunFolder {
  readonly id: string;
  readonly path: string;
  readonly #samples: number;

  private constructor(id: string, path: string) {
    this.id = id;
    this.path = path;
    this.#samples = openSync(join(path, SAMPLES_FILE), 'ax');
  }

  /** Makes `<parent>/<UTC time>-<command>`, numbered where another run took that name. Throws SetupError when it cannot. */
  static async create(parent: string, command: string, startedAt: Date): Promise<RunFolder> {
    const stamp = startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
    try {
      await makeFolder(resolve(parent));
      for (let attempt = 1; ; attempt++) {
        const id = `${stamp}-${command}${attempt === 1 ? '' : `-${attempt}`}`;
        const path = join(parent, id);
        if (claimFolder(path)) return new RunFolder(id, path);
      }
    } catch (thrown) {
      throw writeFailure(parent, thrown, 'free some space, or choose another folder with --out');
    }
  }

  /** Writes the record as it is known so far, or as a whole; until that has succeeded the old one stays. */
  async writeRecord(chunks: Iterable<string> | AsyncIterable<string>, fullDiskHint = this.#readable()): Promise<void> {
    const temporary = join(this.path, `${RECORD_FILE}.new`);
    try {
      await writeChunks(temporary, chunks);
      renameSync(temporary, join(this.path, RECORD_FILE));
    } catch (thrown) {
      removeQuietly(temporary);
      throw writeFailure(this.path, thrown, fullDiskHint);
    }
  }

  /** Hands the line to the system before it returns, so that a killed process loses nothing it has reported. */
  append(line: SampleLine): void {
    try {
      writeAll(this.#samples, `${toLine(line)}\n`);
    } catch (thrown) {
      throw writeFailure(this.path, thrown, this.#readable());
    }
  }

  #readable(): string {
    return `what was measured so far can be read: resnet-bench report ${this.path}`;
  }

  close(): void {
    closeSync(this.#samples);
  }

  /** Removes the folder of a run that never began. */
  discard(): void {
    this.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** False when the name is taken. */
function claimFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/** U+2028 and U+2029 end a line for some readers, Node's own among them. */
function toLine(line: SampleLine): string {
  return JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** writeSync may write a part only, above all when the disk is about to be full. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** What went wrong before says more than a failure to clean up. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

async function writeChunks(path: string, chunks: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const file = openSync(path, 'w');
  try {
    for await (const chunk of chunks) writeAll(file, chunk);
  } finally {
    closeSync(file);
  }
}

/** The error to show for a write that the system refused; any other error as it is. */
function writeFailure(path: string, thrown: unknown, fullDiskHint: string): unknown {
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === undefined || thrown instanceof SetupError) return thrown;
  if (code === 'ENOSPC')
    return new SetupError(`cannot write to ${path}: no space left on the disk`, fullDiskHint, thrown);
  return new SetupError(`cannot write to ${path}: ${messageOf(thrown)}`, 'choose another folder with --out', thrown);
}
