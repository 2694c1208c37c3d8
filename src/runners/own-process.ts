/** The classifier in a process of its own that stays: whoever serves visitors meanwhile is not held up by an inference. */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QueryError, SetupError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TargetInfo } from '../core/record.ts';
import type { Inference, Runner } from '../core/runner.ts';
import type { LocalRunnerOptions } from './local.ts';
import type { ProcessAnswer, ProcessOrder } from './own-process-main.ts';

export interface OwnProcessRunnerOptions extends LocalRunnerOptions {
  /** Program and arguments that run `OWN_PROCESS_MAIN`. */
  readonly command: readonly string[];
}

/** Beside this file: built, or the source. */
export const OWN_PROCESS_MAIN = fileURLToPath(new URL(`own-process-main${extname(import.meta.url)}`, import.meta.url));

/** A picture of the most pixels that are decoded takes seconds. */
const LONGEST_CALL_MS = 120_000;
const STDERR_CHARACTERS = 4_096;

/** One query at a time: whoever asks keeps a queue. A process that has died is made anew for the next query, which is a cold one again. */
export class OwnProcessRunner implements Runner {
  readonly #options: OwnProcessRunnerOptions;
  #child: Child | undefined;

  constructor(options: OwnProcessRunnerOptions) {
    this.#options = options;
  }

  async start(): Promise<TargetInfo> {
    const { command, modelFile, model, threads, preprocess } = this.#options;
    const child = new Child(command);
    this.#child = child;
    const answer = await child.ask({ options: { modelFile, model, threads, preprocess } });
    if ('ready' in answer) return answer.ready;
    this.#child = undefined;
    child.kill();
    if ('setup' in answer) throw new SetupError(answer.setup.message, answer.setup.hint);
    throw new SetupError(
      `the process of the classifier did not start (${'died' in answer ? answer.died : 'no answer'})`,
      'try again; when that does not help, resnet-bench local tells more',
    );
  }

  async infer({ bytes }: Image): Promise<Inference> {
    // What a new process takes, and what lies between the two, is no part of the work.
    const began = performance.now();
    const { answer, pid } = await this.#ask(bytes);
    if ('inference' in answer) {
      const readMs = Math.max(0, performance.now() - began - answer.tookMs);
      return { ...answer.inference, readMs, environmentId: `process ${pid}` };
    }
    if ('failed' in answer) throw new QueryError(answer.failed.kind, answer.failed.message);
    if ('setup' in answer) throw new SetupError(answer.setup.message, answer.setup.hint);
    throw new QueryError('interrupted', `its process was ended (${'died' in answer ? answer.died : 'no answer'})`);
  }

  /** A process may have died since it was last asked; one that dies of this picture does so again. */
  async #ask(picture: Uint8Array): Promise<{ answer: Told; pid: number | undefined }> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#child?.gone !== false) await this.start();
      const child = this.#child!;
      const answer = await child.ask({ picture });
      if (!('died' in answer) || attempt > 1) return { answer, pid: child.pid };
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
    await child?.exited;
  }
}

type Told = ProcessAnswer | { readonly died: string };

class Child {
  readonly #process: ChildProcess;
  readonly exited: Promise<void>;
  gone = false;
  #stderr = '';
  #answer: (answer: Told) => void = () => {};

  constructor([node = '', ...program]: readonly string[]) {
    // `advanced`: bytes go over as bytes.
    this.#process = spawn(node, program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' });
    this.#process.on('message', (answer: ProcessAnswer) => this.#answer(answer));
    this.#process.stderr!.setEncoding('utf8').on('data', text => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.exited = new Promise(resolve => {
      const end = (how: string) => {
        this.gone = true;
        this.#answer({ died: how });
        resolve();
      };
      this.#process.once('error', error => end(error.message));
      this.#process.once('close', (code, signal) => end([signal ?? `exit ${code}`, this.#lastWords()].join('')));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Once the one before has been answered. */
  async ask(order: ProcessOrder): Promise<Told> {
    const late = setTimeout(() => this.kill(), LONGEST_CALL_MS);
    try {
      return await new Promise<Told>(resolve => {
        this.#answer = resolve;
        if (this.gone) resolve({ died: 'it was gone' });
        // One that ends meanwhile is told by its `close`.
        else this.#process.send(order, () => {});
      });
    } finally {
      clearTimeout(late);
      this.#answer = () => {};
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #lastWords(): string {
    const last = this.#stderr.trim().split('\n').at(-1);
    return last ? `: ${last}` : '';
  }
}
