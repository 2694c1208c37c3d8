/** The machine and the versions that a run's figures belong to. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readCpuFlags } from '../classifier/cpu-flags.ts';
import { SHARP_VERSION } from '../classifier/decode.ts';
import { ONNXRUNTIME_VERSION } from '../classifier/session.ts';
import type { Machine } from '../core/record.ts';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

export function describeMachine(): Machine {
  const processors = cpus();
  const cpuFlags = readCpuFlags();
  const gitRevision = readGitRevision();
  return {
    os: `${type()} ${release()}`,
    arch: arch(),
    // Some containers hide the processors from Node.
    cpuModel: processors[0]?.model.trim() || 'unknown',
    cpuCount: Math.max(1, processors.length),
    ...(cpuFlags && { cpuFlags }),
    memoryBytes: totalmem(),
    node: process.versions.node,
    onnxruntime: ONNXRUNTIME_VERSION,
    sharp: SHARP_VERSION,
    ...(gitRevision && { gitRevision }),
  };
}

function readGitRevision(): string | undefined {
  if (!existsSync(`${packageRoot}.git`)) return undefined;
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: packageRoot,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: gitEnvironment(),
      }).trim();
    return git('describe', '--always', '--dirty', '--abbrev=40', '--exclude=*');
  } catch {
    return undefined;
  }
}

/** Within a git hook the variables name another repository; and without the lock no commit being made is disturbed. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(inherited), GIT_OPTIONAL_LOCKS: '0' };
}
