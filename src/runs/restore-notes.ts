/** Notes of functions whose configuration a run has changed: on disk before the first change, gone when it is put back, and so what a killed run leaves behind. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf, SetupError } from '../core/errors.ts';
import { type NoteKeeper, type RestoreNote, restore } from '../runners/function-change.ts';
import { lives, ownMark } from './living-process.ts';

const noteSchema = z.object({
  functionArn: z.string(),
  endpoint: z.string().exactOptional(),
  variables: z.record(z.string(), z.string().nullable()),
  memoryMb: z.number().exactOptional(),
  ownMemoryMb: z.array(z.number()).exactOptional(),
  owner: z.object({ pid: z.int(), start: z.string().exactOptional() }),
  writtenAt: z.string(),
});
type KeptNote = z.infer<typeof noteSchema>;

/** `RESNET_BENCH_STATE_DIR` if set, else the user's folder for what programs must remember. */
export function stateFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.RESNET_BENCH_STATE_DIR) return resolve(env.RESNET_BENCH_STATE_DIR);
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'resnet-bench', 'state');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'resnet-bench');
  const xdg = env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME) ? env.XDG_STATE_HOME : undefined;
  return join(xdg ?? join(homedir(), '.local', 'state'), 'resnet-bench');
}

export const restoreNotes: NoteKeeper = {
  keep(note) {
    const file = fileOf(note.functionArn);
    const kept: KeptNote = {
      ...note,
      ownMemoryMb: [...(note.ownMemoryMb ?? [])],
      owner: ownMark(),
      writtenAt: new Date().toISOString(),
    };
    try {
      mkdirSync(folder(), { recursive: true, mode: 0o700 });
      write(file, `${JSON.stringify(kept, null, 2)}\n`);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyChanged(note.functionArn, file);
      throw new SetupError(
        `the note by which ${note.functionArn} is put back cannot be written: ${messageOf(thrown)}`,
        'set RESNET_BENCH_STATE_DIR to a folder that can be',
        thrown,
      );
    }
  },
  drop(functionArn) {
    rmSync(fileOf(functionArn), { force: true });
  },
};

/** What became of a note that a run had left. */
export type Finished =
  | { readonly functionArn: string; readonly outcome: 'restored' | 'gone' }
  | { readonly functionArn: string; readonly outcome: 'failed'; readonly message: string };

/** Puts back what runs have left changed whose processes are gone. */
export async function finishRestores(signal: AbortSignal): Promise<Finished[]> {
  const finished: Finished[] = [];
  for (const { file, note } of notes()) {
    if (lives(note.owner)) continue;
    const { functionArn } = note;
    try {
      const outcome = await restore(note as RestoreNote, signal);
      rmSync(file, { force: true });
      finished.push({ functionArn, outcome });
    } catch (thrown) {
      finished.push({ functionArn, outcome: 'failed', message: messageOf(thrown) });
    }
  }
  return finished;
}

/** A function that is changed just now, or was left so. */
export interface LeftNote {
  readonly functionArn: string;
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  /** Of the run that changes it, while that lives. */
  readonly runningPid?: number;
}

/** Changes nothing. */
export function leftNotes(): LeftNote[] {
  return notes().map(({ note: { functionArn, writtenAt, owner } }) => ({
    functionArn,
    writtenAt,
    ...(lives(owner) && { runningPid: owner.pid }),
  }));
}

function folder(): string {
  return join(stateFolder(), 'restore');
}

function fileOf(functionArn: string): string {
  return join(folder(), `${createHash('sha256').update(functionArn).digest('hex').slice(0, 16)}.json`);
}

/** Those that can be read: one that breaks off was written before anything was changed. */
function notes(): { file: string; note: KeptNote }[] {
  let names: string[];
  try {
    names = readdirSync(folder());
  } catch {
    return [];
  }
  return names.flatMap(name => {
    const file = join(folder(), name);
    const note = readNote(file);
    return note === undefined ? [] : [{ file, note }];
  });
}

function readNote(file: string): KeptNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** On the disk itself, before anything is changed. */
function write(file: string, text: string): void {
  const note = readNote(file);
  if (note === undefined) rmSync(file, { force: true });
  const opened = openSync(file, 'wx', 0o600);
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function alreadyChanged(functionArn: string, file: string): SetupError {
  const owner = readNote(file)?.owner;
  return owner !== undefined && lives(owner)
    ? new SetupError(
        `process ${owner.pid} has changed ${functionArn} for a run of its own`,
        'let it end, or end it, and try again',
      )
    : new SetupError(
        `an earlier run has left ${functionArn} changed, and it could not be put back`,
        `the warning above says why; remove ${file} when you have done it by hand`,
      );
}
