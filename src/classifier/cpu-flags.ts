/** Which instruction sets the processor has, of those that decide how fast a network runs on it. */
import { readFileSync } from 'node:fs';

/** Of the hundred that a processor lists. */
const TELLING = /^(sse4_2|avx|avx2|fma|f16c|avx512\w*|avx_vnni|avx_vnni_int8|amx_\w+|neon|asimd\w*|sve\w*|i8mm|bf16)$/;

/** From Linux's /proc/cpuinfo; undefined elsewhere. */
export function readCpuFlags(): string[] | undefined {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return line?.[1]?.split(' ').filter(flag => TELLING.test(flag));
  } catch {
    return undefined;
  }
}
