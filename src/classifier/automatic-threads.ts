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
export function threadsFor({ processors, quotaCpus, memoryMb }: Given): ThreadChoice {
  const shares = [
    ...(memoryMb === undefined ? [] : [{ cpus: memoryMb / MB_PER_CPU, of: `of ${memoryMb} MB` }]),
    ...(quotaCpus === undefined ? [] : [{ cpus: quotaCpus, of: "by its control group's quota" }]),
  ];
  const [least] = shares.filter(({ cpus }) => cpus < processors).sort((a, b) => a.cpus - b.cpus);
  if (least === undefined) {
    return { threads: processors, threadsBy: `${processors} ${processors === 1 ? 'processor' : 'processors'}` };
  }
  return { threads: Math.max(1, Math.floor(least.cpus)), threadsBy: `${least.cpus.toFixed(2)} CPU ${least.of}` };
}

/** For this process. */
export function automaticThreads(memoryMb?: number): ThreadChoice {
  return threadsFor({ processors: availableParallelism(), quotaCpus: readCpuQuota(), memoryMb });
}
