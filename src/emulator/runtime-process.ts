/** A function's program as a process group of its own, from its start to its last byte of output. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Reaper } from './reaper.ts';

/** Output still in the pipes is read after the end; a stray grandchild must not hold that up. */
const LAST_OUTPUT_MS = 100;

export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Shell lines run in the new process before it becomes the program. */
  readonly prelude: string;
  readonly reaper: Reaper;
  readonly onOutput: (text: string) => void;
}

/** How the first process of the group ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RuntimeProcess {
  /** Also the number of the group. */
  readonly pid: number;
  /** Resolves when the group is gone and its output read. */
  readonly exited: Promise<Exit>;
  /** Ends the whole group at once, stopped processes too. */
  kill(): void;
}

export function startRuntimeProcess(program: Program): RuntimeProcess {
  // The pipe is closed at once: whoever held it on would keep the reaper from seeing the emulator's end.
  const script = `printf '+ %s\\n' "$$" >&3; exec 3>&-; ${program.prelude}\nexec "$@"`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...program.command], {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', program.reaper.pipe],
  });
  // Without file descriptors left there are no streams either, only the error below.
  for (const stream of [child.stdout, child.stderr] as (Readable | undefined)[]) {
    stream?.setEncoding('utf8').on('data', program.onOutput);
  }
  const pid = child.pid ?? 0;
  // Its number may soon be somebody else's.
  let gone = false;
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  const exited = new Promise<Exit>(resolve => {
    // No process could be made at all.
    child.once('error', error => {
      program.onOutput(`${error.message}\n`);
      resolve({ code: null, signal: null });
    });
    child.once('exit', async (code, signal) => {
      killGroup(pid);
      gone = true;
      program.reaper.forget(pid);
      await Promise.race([closed, new Promise(done => setTimeout(done, LAST_OUTPUT_MS))]);
      resolve({ code, signal });
    });
  });
  return { pid, exited, kill: () => void (gone || killGroup(pid)) };
}

function killGroup(group: number): void {
  if (group === 0) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left.
  }
}
