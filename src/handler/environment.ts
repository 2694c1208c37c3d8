/** The execution environment as the handler sees it from inside. */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { readCpuFlags } from '../classifier/cpu-flags.ts';
import { ONNXRUNTIME_VERSION } from '../classifier/session.ts';
import type { HandlerOptions } from './config.ts';

type RuntimeFacts = Pick<HandlerOptions, 'threads' | 'threadsBy' | 'memoryMb' | 'functionName' | 'logGroup'>;

/** `runtime` of an answer. */
export interface RuntimeInfo {
  readonly node: string;
  readonly onnxruntime: string;
  readonly threads: number;
  /** What they were chosen by: `0.58 CPU of 1024 MB`, `asked`. */
  readonly threads_by?: string;
  /** Memory of the function, MB of 1,048,576 bytes. */
  readonly memory_mb?: number;
  readonly cpu_model?: string;
  /** Processors that can be seen: what Lambda shows is more than what it gives. */
  readonly cpu_count?: number;
  /** Instruction sets that matter here; on Linux only. */
  readonly cpu_flags?: readonly string[];
  /** By these its traces and its log lines are found. */
  readonly function_name?: string;
  readonly log_group?: string;
}

export function describeRuntime({ threads, threadsBy, memoryMb, functionName, logGroup }: RuntimeFacts): RuntimeInfo {
  const processors = cpus();
  const cpuModel = processors[0]?.model.trim();
  const cpuFlags = readCpuFlags();
  return {
    node: process.versions.node,
    onnxruntime: ONNXRUNTIME_VERSION,
    threads,
    ...(threadsBy !== undefined && { threads_by: threadsBy }),
    ...(memoryMb !== undefined && { memory_mb: memoryMb }),
    ...(cpuModel && cpuModel !== 'unknown' && { cpu_model: cpuModel }),
    ...(processors.length > 0 && { cpu_count: processors.length }),
    ...(cpuFlags && { cpu_flags: cpuFlags }),
    ...(functionName !== undefined && { function_name: functionName }),
    ...(logGroup !== undefined && { log_group: logGroup }),
  };
}

/** Names this environment and no other: the 32 hex digits of its log stream (`2026/11/23/[$LATEST]<hex>`), else random ones. */
export function environmentId(logStreamName: string | undefined): string {
  return /\]([0-9a-f]{32})$/i.exec(logStreamName ?? '')?.[1]?.toLowerCase() ?? randomBytes(16).toString('hex');
}
