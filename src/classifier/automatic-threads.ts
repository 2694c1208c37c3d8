/** How many threads an inference is given when nobody says, and why. */
import { availableParallelism } from 'node:os';
import { MB_PER_CPU } from '../core/lambda-limits.ts';
import { readCpuQuota } from './cpu-quota.ts';

export interface ThreadChoice {
  readonly threads: number;
  /** What decided, for the record: `2 processors`, `0.58 CPU of 1024 MB`, `asked`. */
  readonly threadsBy: string;
}

/** `threadsBy` where somebody said how many. */
export const ASKED = 'asked';

const SAME = 0.01;

/** What a process is given of its machine. */
export interface Given {
  readonly processors: number;
  /** Cores' worth of time, by its control groups. */
  readonly quotaCpus?: number | undefined;
  /** MB of 1,048,576 bytes of a Lambda function. */
  readonly memoryMb?: number | undefined;
}

/**
 * The whole CPUs of the least of them, and one at least. Lambda shows two processors even where it gives a fraction of one, and there a
 * second thread only uses up the quota: at 0.58 CPU an inference took 156 ms instead of 74.
 */
export function threadsFor(given: Given): ThreadChoice {
  const { processors } = given;
  const least = leastShare(given);
  if (least === undefined) {
    return { threads: processors, threadsBy: `${processors} ${processors === 1 ? 'processor' : 'processors'}` };
  }
  return { threads: Math.max(1, Math.floor(least.cpus)), threadsBy: `${least.cpus.toFixed(2)} CPU ${least.of}` };
}

/** Undefined where the processors are given whole. */
function leastShare({ processors, quotaCpus, memoryMb }: Given): { cpus: number; of: string } | undefined {
  const byMemory = memoryMb === undefined ? undefined : memoryMb / MB_PER_CPU;
  // A quota that carries out what the memory pays for is off by its rounding.
  const isOfItsOwn = quotaCpus !== undefined && !(byMemory !== undefined && Math.abs(quotaCpus / byMemory - 1) < SAME);
  const shares = [
    ...(byMemory === undefined ? [] : [{ cpus: byMemory, of: `of ${memoryMb} MB` }]),
    ...(isOfItsOwn ? [{ cpus: quotaCpus, of: "by its control group's quota" }] : []),
  ];
  return shares.filter(({ cpus }) => cpus < processors).sort((a, b) => a.cpus - b.cpus)[0];
}

/** For this process. */
export function automaticThreads(memoryMb?: number): ThreadChoice {
  return threadsFor(givenHere(memoryMb));
}

/** Whether this process gets less time than the processors that it sees have. */
export function hasQuota(memoryMb?: number): boolean {
  return leastShare(givenHere(memoryMb)) !== undefined;
}

function givenHere(memoryMb: number | undefined): Given {
  return { processors: availableParallelism(), quotaCpus: readCpuQuota(), memoryMb };
}
