/** How much CPU time the control groups around this process give it: what a container or a function really has, whatever processors it shows. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCgroupTree } from '../core/cgroup-tree.ts';

/** Cores' worth of time, the least of all groups around this process; undefined where none is limited, or the system does not tell. */
export function readCpuQuota(): number | undefined {
  const tree = findCgroupTree(read('/proc/self/mountinfo') ?? '', read('/proc/self/cgroup') ?? '');
  if (tree === undefined) return undefined;
  const quotas = tree.version === 2 ? tree.folders.map(quotaV2) : groupsFrom(tree.cpu).map(quotaV1);
  const limited = quotas.filter(quota => quota !== undefined);
  return limited.length === 0 ? undefined : Math.min(...limited);
}

/** `max 100000`, or microseconds of a period. */
function quotaV2(folder: string): number | undefined {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ').map(Number);
  return share(quota, period);
}

/** -1: no limit. */
function quotaV1(folder: string): number | undefined {
  return share(Number(read(join(folder, 'cpu.cfs_quota_us'))), Number(read(join(folder, 'cpu.cfs_period_us'))));
}

function share(quotaUs = Number.NaN, periodUs = Number.NaN): number | undefined {
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : undefined;
}

/** The group and those around it, as far as they are seen. */
function groupsFrom(folder: string): string[] {
  return read(join(folder, 'cpu.cfs_quota_us')) === undefined ? [] : [folder, ...groupsFrom(dirname(folder))];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
