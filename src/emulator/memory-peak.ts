/** How much memory a process and its descendants have used at most, where the system tells. */
import { readdirSync, readFileSync } from 'node:fs';

/** The most that was seen of an environment so far, over all its processes. */
export class MemoryPeak {
  /** MB of 1,048,576 bytes; undefined while unknown. */
  mb: number | undefined;

  sample(pid: number | undefined): void {
    const peak = pid === undefined ? undefined : peakMemoryMb(pid);
    if (peak !== undefined) this.mb = Math.max(this.mb ?? 0, peak);
  }
}

/** Sum of the peaks of those alive, MB of 1,048,576 bytes; undefined where unknown (only Linux tells). */
function peakMemoryMb(pid: number): number | undefined {
  let kilobytes: number | undefined;
  for (const member of family(pid)) {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${member}/status`))?.[1];
    if (peak !== undefined) kilobytes = (kilobytes ?? 0) + Number(peak);
  }
  return kilobytes === undefined ? undefined : kilobytes / 1_024;
}

/** Children are listed by the thread that made them. Asking the tree costs tenths of a millisecond, all of /proc several. */
function family(pid: number): number[] {
  const members = [pid];
  for (const member of members) {
    for (const thread of list(`/proc/${member}/task`)) {
      members.push(...read(`/proc/${member}/task/${thread}/children`).split(' ').filter(Boolean).map(Number));
    }
  }
  return members;
}

// Processes come and go while they are looked at.
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
