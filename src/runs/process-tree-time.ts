/** Processor time of whatever this process has started: what a run itself takes of the machine, beside what this process counts of its own. */
import { readFileSync } from 'node:fs';

/** Sources: proc_pid_stat(5); libuv, src/unix/linux.c: always 100 Hz. */
const TICK_MS = 10;

/**
 * Of all living descendants, and of those gone that were waited for: as one ends, its time passes to its parent, so that the sum only grows. Some
 * 20 us a process. Undefined where the system does not tell who is whose child.
 */
export function childrenMs(): number | undefined {
  try {
    const { pid } = process;
    return ticksOfGone(pid) + sum(childrenOf(pid).map(treeMs));
  } catch {
    return undefined;
  }
}

/** 0 of one that ended just now: its parent has its time in a moment. */
function treeMs(pid: number): number {
  try {
    return ticksOf(pid) + ticksOfGone(pid) + sum(childrenOf(pid).map(treeMs));
  } catch {
    return 0;
  }
}

/** Those that its main thread has started; Node starts all by that. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
}

/** The fields after the name, which stands in brackets and may hold anything; the first is the third of all. */
function statOf(pid: number): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return TICK_MS * (fields[11]! + fields[12]!);
}

function ticksOfGone(pid: number): number {
  const fields = statOf(pid);
  return TICK_MS * (fields[13]! + fields[14]!);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
