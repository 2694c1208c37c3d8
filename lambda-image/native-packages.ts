/** sharp's native packages for the image's platform, whatever this machine is: from the npm registry, at the version and with the integrity in package-lock.json. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SetupError } from '../src/core/errors.ts';
import type { Architecture } from './architecture.ts';

const LOCK = fileURLToPath(new URL('../package-lock.json', import.meta.url));

export interface LockEntry {
  readonly version: string;
  readonly integrity: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Package names, and what package-lock.json says of each. */
export async function nativePackages({ node }: Architecture): Promise<Record<string, LockEntry>> {
  const { packages } = JSON.parse(await readFile(LOCK, 'utf8')) as { packages: Record<string, LockEntry> };
  const binding = `@img/sharp-linux-${node}`;
  const names = [binding, ...Object.keys(packages[`node_modules/${binding}`]?.optionalDependencies ?? {})];
  return Object.fromEntries(
    names.map(name => {
      const entry = packages[`node_modules/${name}`];
      if (!entry?.integrity) throw new Error(`package-lock.json has no ${name} with its integrity`);
      return [name, entry];
    }),
  );
}

/** Puts the packages into `nodeModules`. npm's own cache is asked first. Throws SetupError when npm cannot get them, or gets other bytes. */
export async function installNativePackages(
  packages: Readonly<Record<string, LockEntry>>,
  nodeModules: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-native-'));
  try {
    const dependencies = Object.fromEntries(Object.entries(packages).map(([name, { version }]) => [name, version]));
    const root = { name: 'native-packages', version: '0.0.0', dependencies };
    // Without their platform, which npm would hold against this machine's.
    const entries = Object.entries(packages).map(([name, { version, integrity }]) => [
      `node_modules/${name}`,
      { version, integrity },
    ]);
    const lock = { ...root, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(root));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const flags = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=error',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=1000',
    ];
    await promisify(execFile)('npm', ['ci', ...flags], { cwd: folder, signal });
    for (const name of Object.keys(packages)) {
      await cp(join(folder, 'node_modules', name), join(nodeModules, name), { recursive: true });
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw failureOf(thrown, Object.keys(packages));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function failureOf(thrown: unknown, names: readonly string[]): unknown {
  const { stderr } = thrown as { stderr?: string };
  if (stderr === undefined) return thrown;
  const lines = stderr.split('\n').map(line => line.replace(/^npm err(or|!)\s*/i, '').trim());
  const said = lines.filter(line => line !== '' && !/^at |complete log|log file/i.test(line)).join(' ');
  return new SetupError(
    `npm cannot get ${names.join(' and ')}: ${said.slice(0, 300)}`,
    'try it again with a network',
    thrown,
  );
}
