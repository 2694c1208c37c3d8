/** The most memory that this process has held. */
import { readFileSync } from 'node:fs';

/** Peak resident memory of this process, MB of 1,048,576 bytes. */
export function peakRssMb(): number {
  // Linux lets getrusage's figure survive exec: it may be the peak of the shell, or of whatever else started us.
  const kb = process.platform === 'linux' ? highWaterMarkKb() : undefined;
  return (kb ?? process.resourceUsage().maxRSS) / 1024;
}

function highWaterMarkKb(): number | undefined {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
