/**
 * Ends every environment when the emulator is gone, however it went: a shell that reads, from a pipe which only the
 * emulator holds, which process groups there are, and kills what is left of them when the pipe ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

// `+ GROUP` adds one, `- GROUP` takes it out. SIGKILL ends stopped processes, too. `= FOLDER` holds control groups: with whatever has left its process group in them.
const SCRIPT = `
trap '' HUP INT TERM QUIT
groups=' '
folders=''
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
    =) folders="$folders $group" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
tries=0
for folder in $folders; do
  while [ -d "$folder" ] && [ $tries -lt 100 ]; do
    for inner in "$folder"/*/; do
      [ -d "$inner" ] || continue
      while read -r member; do [ "$member" -gt 1 ] && kill -s KILL "$member" 2>/dev/null; done < "$inner/cgroup.procs"
      rmdir "$inner" 2>/dev/null
    done
    rmdir "$folder" 2>/dev/null && break
    tries=$((tries + 1))
    sleep 0.02
  done
done
`;

export class Reaper {
  readonly pid: number;
  /** Resolves when it is gone: by `release`, or because somebody ended it. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;

  constructor() {
    // A session of its own: what the terminal sends to the foreground group must not reach it before its time.
    this.#child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
    this.pid = this.#child.pid ?? 0;
    this.exited = new Promise(resolve => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    // Its end is told by `exited`.
    this.pipe.on('error', () => {});
  }

  /**
   * The pipe. A new process inherits it, writes `+ <its group>` before it becomes the function, and closes it: there is no
   * moment in which an emulator killed between the two would leave a process that nobody knows.
   */
  get pipe(): Writable {
    return this.#child.stdin as Writable;
  }

  /** The group is gone: its number may soon be somebody else's. */
  forget(group: number): void {
    this.pipe.write(`- ${group}\n`);
  }

  /** A folder of control groups, to be removed in the end; without blanks in its name. */
  removeAfterwards(folder: string): void {
    this.pipe.write(`= ${folder}\n`);
  }

  /** Lets it end what is left, and waits for that. */
  async release(): Promise<void> {
    this.pipe.end();
    await this.exited;
  }
}
