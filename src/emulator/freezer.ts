/** An environment stands still between calls: its whole process group is stopped, and goes on with the next event. */

/** Where signals can do that. */
export const CAN_FREEZE = process.platform !== 'win32';

export function freeze(group: number): void {
  signal(group, 'SIGSTOP');
}

export function thaw(group: number): void {
  signal(group, 'SIGCONT');
}

function signal(group: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(-group, name);
  } catch {
    // ESRCH: it is gone, and whoever watches it will be told.
  }
}
