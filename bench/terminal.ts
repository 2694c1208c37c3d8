/** A pseudo-terminal for a program under measurement, made by `script` of util-linux. */
import { spawnSync } from 'node:child_process';

/** Why there can be none; undefined when there can. */
export function whyNoTerminal(): string | undefined {
  const { stdout, error } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'there is no program `script`';
  return stdout.includes('util-linux') ? undefined : '`script` is not that of util-linux';
}

/** Runs this instead of `node ARGS`, for Node to find itself on a terminal. */
export function onTerminal(args: readonly string[]): { command: string; args: string[] } {
  const node = [process.execPath, ...args].map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return { command: 'script', args: ['-qefc', `stty cols 110 rows 30 && exec ${node}`, '/dev/null'] };
}

/** What a program must see of its environment to believe in its terminal. */
export function terminalEnv(): NodeJS.ProcessEnv {
  const { CI: _, ...env } = process.env;
  return { ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' };
}
