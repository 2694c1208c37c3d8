/**
 * The folder of a run. `record.json` begins as the record without samples; `samples.ndjson` grows by a line a sample, on
 * disk before the next query leaves; at the end the whole record is written beside the first and renamed over it.
 * A folder whose run was killed is a valid input to every command.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { messageOf, SetupError } from '../core/errors.ts';
import type { RunLine } from '../core/record.ts';
import { makeFolder } from '../models/make-folder.ts';
import { isFull, RunLines } from './run-lines.ts';
import { disown, own } from './run-owner.ts';

export const RECORD_FILE = 'record.json';
export const SAMPLES_FILE = 'samples.ndjson';
/** What it takes to go on with a run that was ended early, and is nobody else's business. */
export const RESUME_FILE = 'resume.json';

const AGAIN = 'when it has ended, resnet-bench report shows what it measured';

export class RunFolder {
  readonly id: string;
  readonly path: string;
  readonly #lines: RunLines;

  private constructor(path: string, mode: 'new' | 'go on', bytes = 0) {
    this.id = basename(path);
    this.path = path;
    own(path);
    try {
      const file = join(path, SAMPLES_FILE);
      if (mode === 'go on' && statSync(file).size !== bytes)
        throw new SetupError(`${path} has gone on meanwhile`, AGAIN);
      this.#lines = new RunLines(file, mode);
    } catch (thrown) {
      disownQuietly(path);
      throw thrown;
    }
  }

  /** Makes `<parent>/<UTC time>-<command>`, numbered where another run took that name. Throws SetupError when it cannot. */
  static async create(parent: string, command: string, startedAt: Date): Promise<RunFolder> {
    const stamp = startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
    try {
      await makeFolder(resolve(parent));
      for (let attempt = 1; ; attempt++) {
        const id = `${stamp}-${command}${attempt === 1 ? '' : `-${attempt}`}`;
        const path = join(parent, id);
        if (claimFolder(path)) return new RunFolder(path, 'new');
      }
    } catch (thrown) {
      throw writeFailure(parent, thrown, 'free some space, or choose another folder with --out');
    }
  }

  /**
   * The folder of a run that goes on. `bytes` is how long its lines were when it was read. Throws SetupError when another process writes
   * it or has written more, or it cannot be written.
   */
  static reopen(path: string, bytes: number): RunFolder {
    try {
      return new RunFolder(path, 'go on', bytes);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') {
        throw new SetupError(`another process has just resumed ${path}`, AGAIN, thrown);
      }
      throw writeFailure(path, thrown, 'free some space');
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

  /** Paths are their owner's own business. */
  writeResumeNote(note: object): void {
    try {
      writeFileSync(join(this.path, RESUME_FILE), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
    } catch (thrown) {
      throw writeFailure(this.path, thrown, this.#readable());
    }
  }

  removeResumeNote(): void {
    removeQuietly(join(this.path, RESUME_FILE));
  }

  /** Hands the line to the system before it returns, so that a killed process loses nothing it has reported. Throws SetupError. */
  append(line: RunLine): void {
    this.#orFail(() => this.#lines.append(line));
  }

  /** The same, but on a full disk it waits in memory for room; returns how many do. Throws SetupError when that is too much, too. */
  appendOrHold(line: RunLine): number {
    this.#orFail(() => this.#lines.appendOrHold(line));
    return this.#lines.held;
  }

  /** Writes what waits. Throws SetupError when it cannot: it will be lost. */
  flush(): void {
    this.#orFail(() => this.#lines.flush());
  }

  #orFail(write: () => void): void {
    try {
      write();
    } catch (thrown) {
      throw writeFailure(this.path, thrown, this.#readable());
    }
  }

  #readable(): string {
    return `what was measured so far can be read: resnet-bench report ${this.path}`;
  }

  close(): void {
    this.#lines.close();
    disownQuietly(this.path);
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

function disownQuietly(path: string): void {
  try {
    disown(path);
  } catch {}
}

/** What went wrong before says more than a failure to clean up. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** writeSync may write a part only, above all when the disk is about to be full. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
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
  if (isFull(thrown)) return new SetupError(`cannot write to ${path}: no space left on the disk`, fullDiskHint, thrown);
  return new SetupError(`cannot write to ${path}: ${messageOf(thrown)}`, 'choose another folder with --out', thrown);
}
