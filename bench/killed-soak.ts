/** A soak that is killed and resumed again and again until it is complete. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAM, runsIn } from '../test/cli/program.ts';
import { Marked, PICTURES } from '../test/cli/soaking.ts';

export const INTERVAL_MS = 200;
export const SLOTS = 60;
export const TARGETS = ['lambda', 'local'] as const;

/** Half of the kills come so long after the start of a process: the first moments are before there is a run. */
const AFTER_START_MS = [200, 3_000] as const;
/** The others after the first call that it answers, however long it takes to start. */
const AFTER_CALL_MS = [0, 2_000] as const;
/** For what is left of a soak, and far more. */
const PATIENCE_MS = 120_000;

export class KilledSoak {
  readonly out: string;
  readonly marked: Marked;
  /** When it was killed, in words; one each kill. */
  readonly moments: string[] = [];
  readonly #cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  /** What stood in `samples.ndjson` at the last kill, but for a torn line. */
  #lines = '';

  private constructor(cwd: string, marked: Marked, env: NodeJS.ProcessEnv) {
    this.#cwd = cwd;
    this.out = join(cwd, 'reports');
    this.marked = marked;
    this.#env = { ...env, ...marked.env };
  }

  /** In a folder of its own in `root`. */
  static async prepare(root: string, number: number, env: NodeJS.ProcessEnv): Promise<KilledSoak> {
    const cwd = join(root, `run-${number}`);
    await mkdir(cwd);
    return new KilledSoak(cwd, await Marked.in(cwd), env);
  }

  /** The run's folder; undefined before there is a record in it. */
  async folder(): Promise<string | undefined> {
    return (await runsIn(this.out)).find(folder => existsSync(join(folder, 'record.json')));
  }

  /** Kills at most so often, then lets it end. Returns what went wrong on the way. */
  async killUntilDone(random: () => number, most: number): Promise<string[]> {
    for (;;) {
      const last = this.moments.length === most;
      const afterStart = random() < 0.5;
      const [least, longest] = afterStart ? AFTER_START_MS : AFTER_CALL_MS;
      const lifeMs = least + random() * (longest - least);
      const { child, ended } = await this.#start();
      const over = new AbortController();
      void ended.then(() => over.abort());
      if (!afterStart && !last) await this.#called(over.signal);
      await sleep(last ? PATIENCE_MS : lifeMs, undefined, { signal: over.signal }).catch(() => {});
      const killed = child.exitCode === null && child.signalCode === null && child.kill('SIGKILL');
      const code = await ended;
      if (killed && last) return [`not complete after ${PATIENCE_MS} ms`];
      if (!killed) return code === 0 ? [] : [`ended with ${code}: ${await this.#saidLast()}`];
      const wrong = await this.#lookAfterKill();
      if (wrong !== undefined) return [wrong];
      if ((await this.#status()) === 'completed') return [];
    }
  }

  /** A call more than at the last kill is on disk; or the time is over. */
  async #called(over: AbortSignal): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; !over.aborted && performance.now() < end; ) {
      const folder = await this.folder();
      if (folder !== undefined && (await wholeLines(folder)).length > this.#lines.length) return;
      await sleep(10);
    }
  }

  /** Undefined when what was on disk still is. */
  async #lookAfterKill(): Promise<string | undefined> {
    const folder = await this.folder();
    const before = this.#lines;
    this.#lines = folder === undefined ? '' : await wholeLines(folder);
    if (folder === undefined) this.moments.push('before there was a run');
    else if ((await this.#status()) === 'completed') this.moments.push('after the last write');
    else if (this.#lines.length === before.length) this.moments.push('before a call of its own was answered');
    else this.moments.push('between its calls');
    return this.#lines.startsWith(before) ? undefined : `kill ${this.moments.length}: samples are gone or changed`;
  }

  /** What was on disk at the last kill. */
  get linesAtLastKill(): string {
    return this.#lines;
  }

  async #status(): Promise<string | undefined> {
    const folder = await this.folder();
    return folder && JSON.parse(await readFile(join(folder, 'record.json'), 'utf8')).run.status;
  }

  async #start(): Promise<{ child: ChildProcess; ended: Promise<number | null> }> {
    const folder = await this.folder();
    const times = ['--interval', `${INTERVAL_MS}ms`, '--duration', `${INTERVAL_MS * SLOTS}ms`];
    const begin = ['soak', ...times, '--target', TARGETS.join(), ...PICTURES];
    const words = folder === undefined ? begin : ['resume', basename(folder)];
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: this.#cwd,
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.pipe(createWriteStream(this.#stderrFile));
    return { child, ended: new Promise(resolve => child.on('exit', resolve)) };
  }

  get #stderrFile(): string {
    return join(this.#cwd, 'stderr');
  }

  async #saidLast(): Promise<string> {
    // Written by a stream, which may be behind.
    await sleep(100);
    return readFileSync(this.#stderrFile, 'utf8').trim();
  }
}

/** A last line that is torn left out. */
export async function wholeLines(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'samples.ndjson'), 'utf8').catch(() => '');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
