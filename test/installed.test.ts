/** The packed package as a user has it: in a folder with nothing else, called by npx, with its models in the user's cache. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRecordSchema } from '../src/core/record.ts';
import { NO_MIRROR, ROOT, smallModel } from './cli/program.ts';

const exec = promisify(execFile);
let home: string;
let cwd: string;

/** As npm publishes it, unpacked where npm would put it; its dependencies are those of the checkout, so that nobody has to be reached. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'resnet-bench-installed-'));
  cwd = join(home, 'empty');
  const installed = join(cwd, 'node_modules', 'resnet-bench');
  await mkdir(installed, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], ROOT);
  const [{ filename }] = JSON.parse(stdout);
  await exec('tar', ['-xzf', join(home, filename), '-C', installed, '--strip-components=1']);
  await linkDependencies(installed);
  const { bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  await mkdir(join(cwd, 'node_modules', '.bin'));
  await symlink(join(installed, bin['resnet-bench']), join(cwd, 'node_modules', '.bin', 'resnet-bench'));
  const cache = join(home, '.cache', 'resnet-bench', 'models');
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, 'small.onnx'), smallModel());
  await cp(join(ROOT, 'fixtures', 'odd', '1x1.png'), join(cwd, 'dog.png'));
}, 60_000);
afterAll(() => rm(home, { recursive: true, force: true }));

/** Those of package.json and no other, so that one that is used and not named is missed. */
async function linkDependencies(installed: string): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const place = join(cwd, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), place);
  }
}

function run(command: string, args: readonly string[], folder = cwd) {
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, npm_config_cache: join(home, 'npm'), npm_config_offline: 'true' },
    ...{ RESNET_BENCH_MIRROR: NO_MIRROR, RESNET_BENCH_LIMITS: 'off', npm_config_update_notifier: 'false' },
  };
  return exec(command, args, { cwd: folder, env, maxBuffer: 2 ** 24 });
}

describe('npx resnet-bench in an empty folder', () => {
  // On macOS the cache is elsewhere, and the model is not found there.
  const onLinux = process.platform === 'linux';
  if (!onLinux) console.warn('skipped: the cache folder of this test is that of Linux');

  it('has help and a version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect((await run('npx', ['resnet-bench', '--version'])).stdout).toBe(`${version}\n`);
  });

  it.skipIf(!onLinux).each(['local', 'lambda'])(
    "%s runs, with the model of the user's cache and the pictures of the package",
    async command => {
      const asked = [command, '--iterations', '5', '--warmup', '0', '--json'];
      const record = runRecordSchema.parse(JSON.parse((await run('npx', ['resnet-bench', ...asked])).stdout));
      expect(record.images).toHaveLength(5);
      const [target] = record.targets;
      expect(target!.info.model?.name).toBe('small');
      expect(target!.samples.filter(({ outcome }) => outcome.ok).length).toBeGreaterThanOrEqual(5);
      expect(record.machine).not.toHaveProperty('gitRevision');
    },
  );

  it.skipIf(!onLinux)('reports on what it measured, in the folder where it was called', async () => {
    const measured = await run('npx', ['resnet-bench', 'local', 'dog.png', '--iterations', '3', '--warmup', '0']);
    expect(measured.stdout).toContain('3 warm calls');
    await run('npx', ['resnet-bench', 'report', '--format', 'html']);
    const runs = (await readdir(join(cwd, 'reports'))).sort();
    expect(await readdir(join(cwd, 'reports', runs.at(-1)!))).toContain('report.html');
  });
});
