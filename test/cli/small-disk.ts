/** A file system so small that a run fills it. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all that is left of it. */
  fill(): void;
  /** Gives that back. */
  free(): void;
}

/** In an empty folder, until the test is over; where it cannot be mounted the test is skipped, with the reason. */
export function mountSmallDisk(folder: string, size: string, ctx: TestContext): SmallDisk {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (thrown) {
    ctx.skip(`no small file system can be mounted here: ${String(thrown).trim()}`);
  }
  ctx.onTestFinished(() => void execFileSync('umount', [folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4_096));
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
  };
}
