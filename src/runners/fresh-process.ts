/** The classifier in a new process for each query: what a program pays that is started for one picture. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FailureKind, QueryError, SetupError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TargetInfo } from '../core/record.ts';
import type { Inference, Runner } from '../core/runner.ts';
import type { OneCallAnswer, OneCallOrder } from './fresh-process-main.ts';
import type { LocalRunnerOptions } from './local.ts';

export interface FreshProcessRunnerOptions extends LocalRunnerOptions {
  /** Program and arguments that run `FRESH_PROCESS_MAIN`. */
  readonly command: readonly string[];
}

/** Beside this file: built, or the source. */
export const FRESH_PROCESS_MAIN = fileURLToPath(
  new URL(`fresh-process-main${extname(import.meta.url)}`, import.meta.url),
);

export class FreshProcessRunner implements Runner {
  readonly #options: FreshProcessRunnerOptions;
  readonly #running = new Set<ChildProcess>();

  constructor(options: FreshProcessRunnerOptions) {
    this.#options = options;
  }

  async start(): Promise<TargetInfo> {
    const { model, threads, threadsBy, preprocess } = this.#options;
    return { model, threads, ...(threadsBy !== undefined && { threadsBy }), preprocess, emulated: false };
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    const { modelFile, threads, preprocess, command } = this.#options;
    const [node = '', ...program] = command;
    const order: OneCallOrder = { modelFile, threads, preprocess, bytes: image.bytes.length };
    const child = spawn(node, program, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#running.add(child);
    const kill = () => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    try {
      // One that has ended tells why on stderr.
      child.stdin.on('error', () => {});
      child.stdin.write(`${JSON.stringify(order)}\n`);
      child.stdin.end(image.bytes);
      const answer = await answerOf(child);
      if (signal.aborted) throw new QueryError('interrupted', 'interrupted before it was answered');
      return inferenceOf(answer);
    } finally {
      signal.removeEventListener('abort', kill);
      this.#running.delete(child);
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

/** The line it says, and when it was there: what the process does after it is no part of the call. */
async function answerOf(child: ChildProcess): Promise<{ answer: OneCallAnswer; atMs: number; pid: number }> {
  let [out, err] = ['', ''];
  child.stderr!.setEncoding('utf8').on('data', text => {
    err += text;
  });
  const line = new Promise<number | undefined>(resolve => {
    child.stdout!.setEncoding('utf8').on('data', text => {
      out += text;
      if (out.includes('\n')) resolve(performance.now());
    });
    child.once('close', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
  });
  const atMs = await line;
  // The next one must not start beside it.
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) await once(child, 'close');
  if (atMs !== undefined) return { answer: JSON.parse(out), atMs, pid: child.pid! };
  const how = child.signalCode ?? `exit ${child.exitCode}`;
  if (child.signalCode !== null) throw new QueryError('interrupted', `its process was ended by ${how}`);
  const said = err.trim().split('\n').at(-1) ?? '';
  throw new SetupError(
    `a new process did not answer (${how}): ${said}`,
    'run it again; when that does not help, please report it',
  );
}

function inferenceOf({ answer, atMs, pid }: { answer: OneCallAnswer; atMs: number; pid: number }): Inference {
  if ('setup' in answer) throw new SetupError(answer.setup.message, answer.setup.hint);
  if ('failed' in answer) throw new QueryError(answer.failed.kind as FailureKind, answer.failed.message);
  const { predictions, timings, memory, cpu } = answer;
  const environmentId = `process ${pid}`;
  return { predictions, timings, start: 'cold', memory, cpu, environmentId, readMs: performance.now() - atMs };
}
