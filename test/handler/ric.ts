/** AWS's own runtime client for Node, installed for tests in a folder of its own: it compiles, for about a minute. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '3.3.0';
const TOOLS = ['cmake', 'make', 'g++', 'autoconf', 'automake', 'libtoolize', 'python3'];

/** Kept from run to run; one for each version of it and of Node's binary interface. */
const FOLDER = join(tmpdir(), `resnet-bench-aws-lambda-ric-${VERSION}-node${process.versions.modules}-${arch()}`);
const PROGRAM = join('node_modules', 'aws-lambda-ric', 'bin', 'index.mjs');

/** How npm, node-gyp and curl say that nobody can be reached. */
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/;

export type Ric = { readonly program: string } | { readonly missing: string };

/** Where its program is, or why it cannot be had here. Throws when it ought to install and does not. */
export async function installRic(): Promise<Ric> {
  const program = join(FOLDER, PROGRAM);
  if (existsSync(program)) return { program };
  if (process.platform !== 'linux')
    return { missing: `aws-lambda-ric builds on Linux only, this is ${process.platform}` };
  const absent: string[] = [];
  for (const tool of TOOLS) if (!(await isOnPath(tool))) absent.push(tool);
  if (absent.length > 0) return { missing: `aws-lambda-ric needs ${absent.join(', ')} to compile` };
  // Built beside its place and moved there when it is whole. Its build bakes in no path.
  await mkdir(tmpdir(), { recursive: true });
  const draft = await mkdtemp(`${FOLDER}-`);
  try {
    const manifest = { private: true, allowScripts: { 'aws-lambda-ric': true } };
    await writeFile(join(draft, 'package.json'), JSON.stringify(manifest));
    const flags = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=0'];
    const args = ['install', '--prefix', draft, ...flags, `aws-lambda-ric@${VERSION}`];
    await promisify(execFile)('npm', args, { cwd: draft, maxBuffer: 2 ** 26 });
    await rename(draft, FOLDER);
    return { program };
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    if (existsSync(program)) return { program };
    const { stderr = '' } = thrown as { stderr?: string };
    const [line] = stderr.split('\n').filter(text => NO_NETWORK.test(text));
    if (line !== undefined) return { missing: `aws-lambda-ric cannot be fetched: ${line.trim()}` };
    throw thrown;
  }
}

async function isOnPath(tool: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await access(join(folder, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
