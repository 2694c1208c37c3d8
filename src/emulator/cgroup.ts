/** A control group of an environment: what its processes may take of CPU and memory, and what they took. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What differs between the versions: files, and how they are written. */
interface Dialect {
  /** Folders of one group, by what they control; the same one twice in v2. */
  readonly folders: readonly string[];
  /** `cpus` undefined: no quota. */
  cpu(cpus: number | undefined, periodUs: number): readonly (readonly [file: string, text: string])[];
  /** Those after the first may be missing where there is no swap. */
  memory(bytes: number): readonly (readonly [file: string, text: string])[];
  readonly peakFile: string;
  /** With a line `oom_kill N`. */
  readonly oomFile: string;
}

export interface Limits {
  /** Cores' worth of time. */
  readonly cpus: number;
  readonly periodMs: number;
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
}

const MB = 1024 * 1024;
/** A killed process leaves its group within milliseconds. */
const LEAVING_MS = 5;
const MOST_LEAVING = 400;

export function dialectV1(cpu: string, memory: string): Dialect {
  return {
    folders: [cpu, memory],
    cpu: (cpus, periodUs) => [
      // A quota must fit the period that there is when it is written.
      [join(cpu, 'cpu.cfs_quota_us'), '-1'],
      [join(cpu, 'cpu.cfs_period_us'), String(periodUs)],
      ...(cpus === undefined ? [] : [[join(cpu, 'cpu.cfs_quota_us'), String(Math.round(cpus * periodUs))] as const]),
    ],
    memory: bytes => [
      [join(memory, 'memory.limit_in_bytes'), String(bytes)],
      [join(memory, 'memory.memsw.limit_in_bytes'), String(bytes)],
    ],
    peakFile: join(memory, 'memory.max_usage_in_bytes'),
    oomFile: join(memory, 'memory.oom_control'),
  };
}

export function dialectV2(folder: string): Dialect {
  return {
    folders: [folder],
    cpu: (cpus, periodUs) => [
      [join(folder, 'cpu.max'), `${cpus === undefined ? 'max' : Math.round(cpus * periodUs)} ${periodUs}`],
    ],
    memory: bytes => [
      [join(folder, 'memory.max'), String(bytes)],
      [join(folder, 'memory.swap.max'), '0'],
      // An environment dies as a whole.
      [join(folder, 'memory.oom.group'), '1'],
    ],
    peakFile: join(folder, 'memory.peak'),
    oomFile: join(folder, 'memory.events'),
  };
}

export class Cgroup {
  readonly #dialect: Dialect;
  readonly #limits: Limits;

  /** Makes it, without a process in it. Throws when the system does not let us. */
  constructor(dialect: Dialect, limits: Limits) {
    this.#dialect = dialect;
    this.#limits = limits;
    for (const folder of dialect.folders) mkdirSync(folder);
    const [needed, ...more] = dialect.memory(limits.memoryMb * MB);
    write(needed!);
    for (const file of more) tryWrite(file);
    this.limitCpu(limits.cpus);
  }

  /** Lines for a shell: whatever it becomes is in the group. */
  get joinLines(): string {
    return this.#dialect.folders.map(folder => `echo $$ > '${join(folder, 'cgroup.procs')}' || exit 126`).join('\n');
  }

  /** Undefined: as much as there is. */
  limitCpu(cpus: number | undefined): void {
    for (const file of this.#dialect.cpu(cpus, Math.round(this.#limits.periodMs * 1_000))) write(file);
  }

  /** The most that all its processes had together, files they read included; MB of 1,048,576 bytes. Undefined where the system does not tell. */
  get peakMb(): number | undefined {
    const bytes = Number(read(this.#dialect.peakFile) ?? Number.NaN);
    return Number.isFinite(bytes) ? bytes / MB : undefined;
  }

  /** Processes that were killed for want of memory, so far. */
  get oomKills(): number {
    return Number(/^oom_kill (\d+)$/m.exec(read(this.#dialect.oomFile) ?? '')?.[1] ?? 0);
  }

  /** Ends whatever is in it, also what has left its process group, and removes it. */
  async remove(): Promise<void> {
    for (let i = 0; i < MOST_LEAVING; i += 1) {
      for (const folder of this.#dialect.folders) killMembers(folder);
      if (this.#dialect.folders.every(removed)) return;
      await sleep(LEAVING_MS);
    }
  }
}

/** Kills the processes of that group. Those of another namespace have no number here. */
export function killMembers(folder: string): void {
  for (const pid of (read(join(folder, 'cgroup.procs')) ?? '').split('\n').map(Number)) {
    if (!(pid > 1) || pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone, or not ours.
    }
  }
}

/** Whether the folder is gone, by this or before. */
export function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

export function groupsIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function write([file, text]: readonly [string, string]): void {
  writeFileSync(file, text);
}

function tryWrite(file: readonly [string, string]): void {
  try {
    write(file);
  } catch {
    // Not on this kernel.
  }
}
