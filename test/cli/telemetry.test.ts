/** The runtime's telemetry would write files and send events from within the measured process. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, useProgram } from './program.ts';

const program = useProgram();

it('a run leaves nothing in the home folder', async () => {
  const home = await mkdtemp(join(tmpdir(), 'resnet-bench-home-'));
  try {
    const env = { HOME: home, XDG_CACHE_HOME: undefined };
    const { code } = await program.run(['local', join(ROOT, 'fixtures/odd/1x1.png'), '--iterations', '30'], { env });
    expect(code).toBe(0);
    expect(await readdir(home, { recursive: true })).toEqual([]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
