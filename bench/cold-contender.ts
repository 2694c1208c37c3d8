/** One way of making the function, called cold again and again on the emulator at 1024 MB. */
import { readFileSync } from 'node:fs';
import { startEmulator } from '../src/emulator/start.ts';

export const MEMORY_MB = 1024;

/** Of one cold call, milliseconds; the parts are the function's own. */
export interface ColdCall {
  /** From sending to the last byte of the answer: the process is started in between. */
  readonly wholeMs: number;
  /** Start of Node to our first line; code and libraries; model and session; the first call's work. */
  readonly parts: readonly [nodeMs: number, codeMs: number, sessionMs: number, firstCallMs: number];
  /** All threads of the process, from its start to after the answer. Other programs on the machine change it less than any time. */
  readonly cpuMs: number;
  /** Highest resident memory of the process, MB of 1,048,576 bytes; the pages of mapped files count. */
  readonly peakMb: number;
}

export interface ColdFunction {
  readonly name: string;
  /** Program and arguments, from the task root. */
  readonly bootstrap: readonly string[];
  readonly taskRoot: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ColdContender {
  readonly name: string;
  /** Why the shares of Lambda cannot be given here. */
  readonly noLimits: string | undefined;
  call(): Promise<ColdCall>;
  stop(): Promise<void>;
}

/** `picture` is sent each time. */
export async function startCold(
  { name, bootstrap, taskRoot, env = {} }: ColdFunction,
  picture: string,
): Promise<ColdContender> {
  const body = JSON.stringify({ image: readFileSync(picture).toString('base64') });
  const emulator = await startEmulator(
    {
      ...{ functionName: 'cold', memoryMb: MEMORY_MB, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 600_000 },
      ...{ bootstrap: [...bootstrap], handler: 'index.handler', taskRoot, env },
    },
    new AbortController().signal,
  );
  return {
    name,
    noLimits: emulator.noLimits?.reason,
    async call() {
      const started = performance.now();
      const answer = await fetch(emulator.functionUrl, { method: 'POST', body });
      const told = (await answer.json()) as Record<string, unknown>;
      const wholeMs = performance.now() - started;
      if (told.cold_start !== true) throw new Error(`${name}: no cold call, status ${answer.status}`);
      const [{ pid } = {}] = (await emulator.environments()).environments;
      const usage = usageOf(pid!);
      await emulator.endIdleEnvironments();
      const { total_time_ms: firstCallMs } = told.performance_metrics as { total_time_ms: number };
      const parts = [told.init_runtime_ms, told.init_imports_ms, told.init_session_ms, firstCallMs] as const;
      return { wholeMs, parts: parts.map(Number) as unknown as ColdCall['parts'], ...usage };
    },
    stop: () => emulator.stop(),
  };
}

/** Linux counts CPU time in hundredths of a second. */
function usageOf(pid: number): Pick<ColdCall, 'cpuMs' | 'peakMb'> {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, peakKb] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, peakMb: Number(peakKb) / 1024 };
}
