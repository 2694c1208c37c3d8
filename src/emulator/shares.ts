/** The CPU and memory shares of the function's environments, where the system lets us give them; else why it does not. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupTree, findCgroupTree } from '../core/cgroup-tree.ts';
import { messageOf } from '../core/errors.ts';
import { MB_PER_CPU } from '../core/lambda-limits.ts';
import { Cgroup, dialectV1, dialectV2, groupsIn, killMembers, type Limits, read, removed } from './cgroup.ts';
import type { EmulatorConfig } from './config.ts';

/** What an initialisation has on AWS, whatever the memory. Source: measurements of others; AWS does not say. */
const BOOST_CPUS = 2;

export type SharesConfig = Pick<EmulatorConfig, 'memoryMb' | 'cpuPeriodMs' | 'limits' | 'initBoost'>;

/** What a caller is told of them. */
export interface ShareFacts {
  /** Cores' worth of time. */
  readonly cpuShare: number | 'unlimited';
  /** Why it is unlimited, and what helps; absent when it is not, or was asked for. */
  readonly noLimits?: { readonly reason: string; readonly advice: string };
}

export class Shares {
  readonly facts: ShareFacts;
  /** Folders that hold the groups, for whoever removes them after us. */
  readonly folders: readonly string[];
  readonly #make: GroupMaker | undefined;
  readonly #groups = new Map<string, { readonly group: Cgroup; readonly cpus: number }>();
  readonly #boost: boolean;
  #limits: Limits;

  private constructor(config: SharesConfig, folders: readonly string[], make: GroupMaker | string) {
    this.#limits = limitsOf(config);
    this.#boost = config.initBoost;
    this.folders = folders;
    this.#make = typeof make === 'string' ? undefined : make;
    const cpuShare = Math.round(this.#limits.cpus * 1e3) / 1e3;
    const advice = make === NO_GROUPS ? NO_GROUPS_ADVICE : ADVICE;
    this.facts =
      typeof make !== 'string'
        ? { cpuShare }
        : { cpuShare: 'unlimited', ...(make !== '' && { noLimits: { reason: make, advice } }) };
  }

  /** Tries it out with a process. Removes what emulators that are dead have left behind. */
  static open(config: SharesConfig, tree = ownTree()): Shares {
    if (!config.limits) return new Shares(config, [], '');
    if (tree === undefined) return new Shares(config, [], NO_GROUPS);
    const reasons = basesIn(tree).map(base => {
      try {
        removeStale(base);
        const { folders, make } = openBase(base, limitsOf(config));
        return new Shares(config, folders, make);
      } catch (thrown) {
        return messageOf(thrown);
      }
    });
    const opened = reasons.find(reason => reason instanceof Shares);
    const [first = 'no control group can be made'] = reasons.filter(reason => typeof reason === 'string');
    return opened ?? new Shares(config, [], `no control group can be made (${first})`);
  }

  /** Of the environments that are made from now on. */
  resize(memoryMb: number): void {
    this.#limits = { ...this.#limits, memoryMb, cpus: memoryMb / MB_PER_CPU };
  }

  /** Of that environment: shell lines by which its process joins. The group is made when it is not there. */
  prelude(environmentId: string): string {
    return this.#made(environmentId)?.group.joinLines ?? '';
  }

  initStarts(environmentId: string): void {
    const made = this.#boost ? this.#made(environmentId) : undefined;
    made?.group.limitCpu(Math.max(BOOST_CPUS, made.cpus));
  }

  initEnds(environmentId: string): void {
    const made = this.#boost ? this.#groups.get(environmentId) : undefined;
    made?.group.limitCpu(made.cpus);
  }

  peakMb(environmentId: string): number | undefined {
    return this.#groups.get(environmentId)?.group.peakMb;
  }

  oomKills(environmentId: string): number {
    return this.#groups.get(environmentId)?.group.oomKills ?? 0;
  }

  async ended(environmentId: string): Promise<void> {
    await this.#groups.get(environmentId)?.group.remove();
    this.#groups.delete(environmentId);
  }

  /** Once every environment has ended. */
  close(): void {
    for (const folder of this.folders) removed(folder);
  }

  #made(environmentId: string): { group: Cgroup; cpus: number } | undefined {
    const known = this.#groups.get(environmentId);
    if (known !== undefined || this.#make === undefined) return known;
    const made = { group: this.#make(environmentId, this.#limits), cpus: this.#limits.cpus };
    this.#groups.set(environmentId, made);
    return made;
  }
}

type GroupMaker = (name: string, limits: Limits) => Cgroup;

function ownTree(): CgroupTree | undefined {
  return findCgroupTree(read('/proc/self/mountinfo') ?? '', read('/proc/self/cgroup') ?? '');
}

const NO_GROUPS = 'this system has no control groups for CPU and memory';
const NO_GROUPS_ADVICE = 'Linux has them; elsewhere take its times for the least that Lambda would need';
const ADVICE =
  'run it as root, or under systemd as resnet-bench under `systemd-run --user --scope -p Delegate=yes`; in a container with its control groups writable (docker run --privileged)';

function limitsOf({ memoryMb, cpuPeriodMs }: SharesConfig): Limits {
  return { cpus: memoryMb / MB_PER_CPU, periodMs: cpuPeriodMs, memoryMb };
}

/** Folders in which this emulator's own may be made: of each controller in v1, the one that there is in v2. */
type Base =
  | { readonly version: 1; readonly cpu: string; readonly memory: string }
  | { readonly version: 2; readonly folder: string };

function basesIn(tree: CgroupTree): Base[] {
  if (tree.version === 1) return [tree];
  // A group with processes cannot have groups with controllers: those around it have, if the system uses them.
  return tree.folders.map(folder => ({ version: 2, folder }));
}

function openBase(base: Base, limits: Limits): { folders: string[]; make: GroupMaker } {
  const name = `${PREFIX}${process.pid}-${startOf(process.pid) ?? 0}`;
  const parents = base.version === 1 ? [base.cpu, base.memory] : [base.folder];
  if (base.version === 2) {
    const enabled = (read(join(base.folder, 'cgroup.subtree_control')) ?? '').split(/\s+/);
    if (!enabled.includes('cpu') || !enabled.includes('memory')) {
      throw new Error(`${base.folder} hands on no control of CPU and memory`);
    }
  }
  const folders = parents.map(parent => join(parent, name));
  const make: GroupMaker = (id, limits) => {
    const [first = '', second = ''] = folders.map(folder => join(folder, id));
    return new Cgroup(base.version === 1 ? dialectV1(first, second) : dialectV2(first), limits);
  };
  try {
    for (const folder of folders) mkdirSync(folder);
    if (base.version === 2) writeFileSync(join(folders[0]!, 'cgroup.subtree_control'), '+cpu +memory');
    tryOut(make('trial', limits));
    return { folders, make };
  } catch (thrown) {
    for (const folder of folders) {
      for (const group of groupsIn(folder)) removed(group);
      removed(folder);
    }
    throw thrown;
  } finally {
    for (const folder of folders) removed(join(folder, 'trial'));
  }
}

/** Throws when no process can join it. */
function tryOut(group: Cgroup): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', group.joinLines], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim().split('\n')[0] || 'no process can join it');
}

const PREFIX = 'resnet-bench-';

/** Groups of emulators that are gone, and whatever is in them. */
function removeStale(base: Base): void {
  for (const parent of base.version === 1 ? [base.cpu, base.memory] : [base.folder]) {
    for (const folder of groupsIn(parent)) {
      const [, pid, start] = new RegExp(`/${PREFIX}(\\d+)-(\\d+)$`).exec(folder) ?? [];
      if (pid === undefined || startOf(Number(pid)) === start) continue;
      for (const group of groupsIn(folder)) removeWithMembers(group);
      removed(folder);
    }
  }
}

/** A killed process leaves its group within milliseconds; whatever does not is the next emulator's to remove. */
function removeWithMembers(folder: string): void {
  for (let i = 0; i < 20; i += 1) {
    killMembers(folder);
    if (removed(folder)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Of a process: when it started, in ticks since boot; its number may be another one's by now. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name, in brackets, may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
