/** A Python with torch and torchvision, to measure beside us; and one of its programs that answers a line with milliseconds. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Undefined where they are not installed (Debian's python3-torch and python3-torchvision). */
export function pythonWithTorch(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    command => spawnSync(command, ['-c', 'import torch, torchvision, PIL']).status === 0,
  );
}

export const NO_TORCH = "Debian's python3-torch and python3-torchvision are not installed";

export interface LineServer {
  readonly process: ChildProcess;
  /** Milliseconds that it says the file took. */
  measure(file: string): Promise<number>;
}

/** `script` lies in this folder. */
export function startLineServer(python: string, script: string, args: readonly string[] = []): LineServer {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async measure(file) {
      child.stdin.write(`${file}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error('Python ended');
      return Number(value);
    },
  };
}
