/** Docker, Podman or Buildah: whichever can build here, its exact commands, and why the others cannot. */
import { spawn } from 'node:child_process';
import { SetupError } from '../src/core/errors.ts';
import type { Architecture } from './architecture.ts';

export const TOOLS = ['docker', 'podman', 'buildah'] as const;
export type Tool = (typeof TOOLS)[number];

export interface ImageOptions {
  /** Name of the image on this machine. */
  readonly tag: string;
  /** Where it is to be pushed. */
  readonly push?: string;
  readonly nodeMajor: string;
  readonly architecture: Architecture;
  /** Build arguments of the Dockerfile. */
  readonly labels: Readonly<Record<string, string>>;
  /** Folder of Dockerfile and task/. */
  readonly context: string;
}

/** Lambda takes one image, not a list of them with an attestation, which is what newer Dockers make by default. */
const ONE_IMAGE: Record<Tool, readonly string[]> = { docker: ['--provenance=false'], podman: [], buildah: [] };

/** Longest wait for an engine to say that it is there. */
const PATIENCE_MS = 20_000;

/** Each a program with its arguments. */
export function imageCommands(tool: Tool, options: ImageOptions): string[][] {
  const { tag, push, nodeMajor, architecture, labels, context } = options;
  const values = { NODE_MAJOR: nodeMajor, ...labels };
  const buildArguments = Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const build = ['build', '--platform', architecture.platform, ...ONE_IMAGE[tool], ...buildArguments, '--tag', tag];
  const pushing =
    push === undefined
      ? []
      : [
          [tool, 'tag', tag, push],
          [tool, 'push', push],
        ];
  return [[tool, ...build, context], ...pushing];
}

/** As it can be pasted into a shell. */
export function shellLine(command: readonly string[]): string {
  return command.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

export type Found = { readonly tool: Tool } | { readonly problems: readonly string[] };

/** The first of `tools` that has all it takes; else what is wrong with each. */
export async function findTool(tools: readonly Tool[], signal: AbortSignal): Promise<Found> {
  const problems: string[] = [];
  for (const tool of tools) {
    const problem = await problemOf(tool, signal);
    if (problem === undefined) return { tool };
    problems.push(`${tool}: ${problem}`);
  }
  return { problems };
}

/** A client alone is not enough: Docker's needs its engine. */
async function problemOf(tool: Tool, signal: AbortSignal): Promise<string | undefined> {
  // Of Docker `info` fails without an engine only when something of the engine's is asked for.
  const args = tool === 'docker' ? ['info', '--format', '{{.ServerVersion}}'] : ['info'];
  const { code, output } = await run(
    [tool, ...args],
    'collect',
    AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  );
  signal.throwIfAborted();
  if (code === 0) return undefined;
  if (code === 'absent') return 'not installed';
  const said = output.split('\n').find(line => line.trim() !== '' && !line.startsWith('<')) ?? `exit code ${code}`;
  return `installed, but it cannot build: ${said.trim()}`;
}

/** Its output goes to stderr. Throws SetupError when it fails. */
export async function runCommand(command: readonly string[], signal: AbortSignal): Promise<void> {
  const { code } = await run(command, 'show', signal);
  signal.throwIfAborted();
  if (code === 0) return;
  throw new SetupError(
    `${command.slice(0, 2).join(' ')} has failed with ${code}`,
    command[1] === 'push'
      ? 'log in to the registry first: lambda-image/README.md'
      : `what it said stands above; run it again: ${shellLine(command)}`,
  );
}

function run(
  [program = '', ...args]: readonly string[],
  output: 'show' | 'collect',
  signal: AbortSignal,
): Promise<{ code: number | string; output: string }> {
  return new Promise(resolve => {
    const shown = output === 'show' ? process.stderr : 'pipe';
    const child = spawn(program, args, { signal, stdio: ['ignore', shown, shown] });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', chunk => (text += chunk));
    child.stderr?.setEncoding('utf8').on('data', chunk => (text = `${chunk}${text}`));
    child.once('error', error => {
      const { code } = error as NodeJS.ErrnoException;
      resolve({ code: code === 'ENOENT' ? 'absent' : (code ?? error.name), output: text });
    });
    child.once('close', (code, killedBy) => resolve({ code: code ?? killedBy ?? 'unknown', output: text }));
  });
}
