/** The parent's side of the emulator: starts its process, talks to it, stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, messageOf, SetupError } from '../core/errors.ts';
import type { EmulatorOptions } from './config.ts';
import {
  type ActionList,
  actionListSchema,
  CONTROL_PATHS,
  type EnvironmentList,
  environmentListSchema,
  logLinesSchema,
} from './control-answer.ts';
import { nodeProgram } from './node-program.ts';
import { type ReadyLine, readyLineSchema } from './ready-line.ts';

/** Given to a stop before it is forced; the emulator itself forces what it ends after 1.5 s. */
const STOP_MS = 3_000;
/** It answers at once, or not at all. */
const CONTROL_MS = 5_000;
const STDERR_CHARACTERS = 4_096;
/** Beside this file: built, or the source. */
const MAIN = fileURLToPath(new URL(`main${extname(import.meta.url)}`, import.meta.url));

export interface Emulator extends ReadyLine {
  environments(): Promise<EnvironmentList>;
  /** Ends one environment, or all that have no call; answers how many. */
  endEnvironment(id: string): Promise<number>;
  endIdleEnvironments(): Promise<number>;
  /** The function's log lines, oldest first, as many as the ring holds. */
  logLines(): Promise<readonly { epochMs: number; stream: string; text: string }[]>;
  /** What was asked of the AWS API. */
  actions(): Promise<ActionList['actions']>;
  /** Resolves when the emulator's process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  /** Ends every environment and the emulator; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Resolves when it can be called. Throws SetupError with what it said when it cannot; the signal's reason when that aborts first. */
export async function startEmulator(options: EmulatorOptions, signal: AbortSignal): Promise<Emulator> {
  signal.throwIfAborted();
  const config = { ...options, taskRoot: resolvePath(options.taskRoot) };
  const [node = '', ...program] = nodeProgram(MAIN);
  const child = spawn(node, program, {
    // A session of its own: Ctrl-C on the terminal must not end it before the record is written. Our end of its stdin is its lifeline.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(),
  });
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(config)}\n`);
  const exited = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    const ready = await readReadyLine(child, signal);
    if (options.logs === 'stderr') child.stderr.pipe(process.stderr, { end: false });
    else child.stderr.resume();
    child.stdout.resume();
    return { ...ready, ...control(ready.invokeEndpoint), exited, stop: () => stop(child, exited) };
  } catch (error) {
    await stop(child, exited);
    throw error;
  }
}

/** Nothing of the user's AWS settings and of our own, which may hold secrets: the emulator has no use for them, and must not pass them on. Nor more certificates, which take as long to read as Node to start. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(AWS_|RESNET_BENCH_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$)/.test(name),
    ),
  );
}

function readReadyLine(child: ChildProcess, signal: AbortSignal): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const fail = (message: string) => {
      const [said = '', hint = 'run it again; when that does not help, please report it'] = message.split('\nhint: ');
      reject(new SetupError(said.trim().replace(/\s+/g, ' '), hint.trim()));
    };
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-STDERR_CHARACTERS);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (!out.includes('\n')) return;
      signal.removeEventListener('abort', abort);
      try {
        resolve(readyLineSchema.parse(JSON.parse(out)));
      } catch (error) {
        fail(`the emulator said something else than that it is ready: ${messageOf(error)}`);
      }
    });
    child.once('error', error => fail(`the emulator cannot be started: ${messageOf(error)}`));
    // What stands in its way is said as it is; all else is no user's doing.
    child.once('close', code => fail(code === EXIT.setup ? err : `the emulator did not start (exit ${code}): ${err}`));
  });
}

function control(endpoint: string) {
  const ask = async (path: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown> =>
    (await fetch(endpoint + path, { method, signal: AbortSignal.timeout(CONTROL_MS) })).json();
  const ended = async (path: string) => Number(((await ask(path, 'POST')) as { ended?: unknown }).ended);
  return {
    environments: async () => environmentListSchema.parse(await ask(CONTROL_PATHS.environments)),
    endEnvironment: (id: string) => ended(CONTROL_PATHS.end(id)),
    endIdleEnvironments: () => ended(CONTROL_PATHS.endIdle),
    logLines: async () => logLinesSchema.parse(await ask(CONTROL_PATHS.logs)).lines,
    actions: async () => actionListSchema.parse(await ask(CONTROL_PATHS.actions)).actions,
  };
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end();
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(force);
}
