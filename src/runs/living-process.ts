/** Whether a process that left its mark somewhere still lives. */
import { readFileSync } from 'node:fs';

/** Of this process: its id, and when it started where the system tells. */
export function ownMark(): { readonly pid: number; readonly start?: string } {
  const start = startOf(process.pid);
  return { pid: process.pid, ...(start !== undefined && { start }) };
}

export function lives({ pid, start }: { readonly pid: number; readonly start?: string | undefined }): boolean {
  return pid > 0 && isAlive(pid) && (start === undefined || startOf(pid) === start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Somebody else's.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, since ids are used again; undefined where the system does not tell, or for one that has ended. Source: proc(5), /proc/pid/stat. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
