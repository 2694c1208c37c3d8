/** How many threads an inference gets when nobody says: by processors, a group's quota, a function's memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { automaticThreads, threadsFor } from '../../src/classifier/automatic-threads.ts';
import { readCpuQuota } from '../../src/classifier/cpu-quota.ts';
import { findCgroupTree } from '../../src/core/cgroup-tree.ts';
import { Cgroup, dialectV1, dialectV2 } from '../../src/emulator/cgroup.ts';

it.each([
  [{ processors: 8 }, 8, '8 processors'],
  [{ processors: 1 }, 1, '1 processor'],
  [{ processors: 8, quotaCpus: 2.5 }, 2, "2.50 CPU by its control group's quota"],
  [{ processors: 2, quotaCpus: 0.3 }, 1, "0.30 CPU by its control group's quota"],
  [{ processors: 2, quotaCpus: 4 }, 2, '2 processors'],
  [{ processors: 2, memoryMb: 1024 }, 1, '0.58 CPU of 1024 MB'],
  [{ processors: 2, memoryMb: 1769 }, 1, '1.00 CPU of 1769 MB'],
  [{ processors: 6, memoryMb: 3538 }, 2, '2.00 CPU of 3538 MB'],
  [{ processors: 2, memoryMb: 1024, quotaCpus: 0.57885 }, 1, '0.58 CPU of 1024 MB'],
  [{ processors: 6, memoryMb: 3538, quotaCpus: 1.99995 }, 2, '2.00 CPU of 3538 MB'],
  [{ processors: 6, memoryMb: 10_240 }, 5, '5.79 CPU of 10240 MB'],
  [{ processors: 2, memoryMb: 10_240 }, 2, '2 processors'],
  [{ processors: 6, memoryMb: 3538, quotaCpus: 1.5 }, 1, "1.50 CPU by its control group's quota"],
])('%j: %i, for %s', (given, threads, threadsBy) => {
  expect(threadsFor(given)).toEqual({ threads, threadsBy });
});

describe('the quota of a real control group', () => {
  it('is what its processes are given', async ({ skip }) => {
    const [mounts, own] = ['mountinfo', 'cgroup'].map(name => readFileSync(`/proc/self/${name}`, 'latin1'));
    const tree = findCgroupTree(mounts!, own!);
    if (tree === undefined) return skip('no control groups here');
    const cpuHome = tree.version === 1 ? tree.cpu : tree.folders[0]!;
    const homes = tree.version === 1 ? [tree.cpu, tree.memory] : [cpuHome];
    const [cpu = '', memory = ''] = homes.map(home => join(home, `resnet-bench-test-${process.pid}`));
    let group: Cgroup;
    try {
      const dialect = tree.version === 1 ? dialectV1(cpu, memory) : dialectV2(cpu);
      group = new Cgroup(dialect, { cpus: 0.75, periodMs: 20, memoryMb: 4_096 });
    } catch (thrown) {
      return skip(`no control group can be made: ${thrown}`);
    }
    try {
      writeFileSync(join(cpu, 'cgroup.procs'), String(process.pid));
      expect(readCpuQuota()).toBeCloseTo(0.75, 3);
      expect(automaticThreads()).toEqual({ threads: 1, threadsBy: "0.75 CPU by its control group's quota" });
    } finally {
      writeFileSync(join(cpuHome, 'cgroup.procs'), String(process.pid));
      await group.remove();
    }
    expect(automaticThreads().threads).toBeLessThanOrEqual(availableParallelism());
  });
});
