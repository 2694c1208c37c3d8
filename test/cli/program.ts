/** The built program as a child process, in folders of its own and with an environment that reaches no other host. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type RunRecord, runRecordSchema } from '../../src/core/record.ts';
import { DATA_TYPE, encodeModel, intAttribute, type ValueInfo } from '../../src/models/onnx.ts';
import { SYNTHETIC_MARK } from '../../src/models/synthetic.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const PROGRAM = join(ROOT, 'bin', 'resnet-bench.js');

/** Nobody listens there. */
export const NO_MIRROR = 'http://127.0.0.1:1';

/** Far more than anything here takes, also on a busy machine. */
const PATIENCE_MS = 30_000;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** All of it so far. */
  stdout(): string;
  stderr(): string;
  /** Once it has exited and its streams are at their end. */
  readonly done: Promise<Finished>;
}

export interface StartOptions {
  /** An empty folder unless given. */
  readonly cwd?: string;
  /** Added to the clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Program {
  /** Temporary, with a small model, gone when the tests of the file are over. */
  readonly root: string;
  /** A ResNet in its input and output only, so that a call takes a millisecond. */
  readonly model: string;
  /** The models folder of every run; empty unless a test puts something in. */
  readonly models: string;
  /** A new, empty folder. */
  fresh(): Promise<string>;
  start(args: readonly string[], options?: StartOptions): Promise<Running>;
  run(args: readonly string[], options?: StartOptions): Promise<Finished>;
  /** The program in a shell line, as `resnet-bench`. */
  shell(line: string, options?: StartOptions): Promise<Finished>;
}

/** To be called once at the top of a test file. */
export function useProgram(): Program {
  const started: ChildProcess[] = [];
  const at = { root: '' };
  let folders = 0;

  beforeAll(async () => {
    at.root = await mkdtemp(join(tmpdir(), 'resnet-bench-cli-'));
    await mkdir(join(at.root, 'home'));
    await mkdir(join(at.root, 'models'));
    await mkdir(join(at.root, 'bin'));
    await symlink(PROGRAM, join(at.root, 'bin', 'resnet-bench'));
    await writeFile(join(at.root, 'small.onnx'), smallModel());
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await rm(at.root, { recursive: true, force: true });
  });

  const program: Program = {
    get root() {
      return at.root;
    },
    get model() {
      return join(at.root, 'small.onnx');
    },
    get models() {
      return join(at.root, 'models');
    },
    async fresh() {
      const folder = join(at.root, `folder-${folders++}`);
      await mkdir(folder);
      return folder;
    },
    start: (args, options) => begin(process.execPath, [PROGRAM, ...args], options),
    async run(args, options) {
      return (await program.start(args, options)).done;
    },
    async shell(line, options) {
      return (await begin('/bin/sh', ['-c', line], options)).done;
    },
  };

  async function begin(command: string, args: readonly string[], { cwd, env = {} }: StartOptions = {}) {
    const variables: Record<string, string | undefined> = {
      PATH: `${join(at.root, 'bin')}:${process.env.PATH}`,
      HOME: join(at.root, 'home'),
      RESNET_BENCH_MODEL: program.model,
      RESNET_BENCH_MODELS_DIR: program.models,
      RESNET_BENCH_MIRROR: NO_MIRROR,
      // What a run says must not depend on the rights of whoever tests; limits.test.ts asks for them.
      RESNET_BENCH_LIMITS: 'off',
      ...env,
    };
    const given = Object.entries(variables).filter(([, value]) => value !== undefined);
    const child = spawn(command, args, {
      cwd: cwd ?? (await program.fresh()),
      env: Object.fromEntries(given),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    return watched(child);
  }
  return program;
}

/** Collects what a child writes. */
export function watched(child: ChildProcess): Running {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', chunk => {
      text[name] += chunk;
    });
  }
  const done = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, done };
}

/** Asks again and again until the answer is neither undefined nor false. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A zombie is alive to this. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that nobody has collected yet is gone; only Linux tells.
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** The one `error:` and the one `hint:` line of a run that said nothing else. */
export function complaint({ code, stdout, stderr }: Finished): { code: number | null; error: string; hint: string } {
  const [, error, hint] = /^error: (.+)\nhint: (.+)\n$/.exec(stderr) ?? [];
  if (error === undefined || hint === undefined) {
    throw new Error(`neither one error nor one hint (exit ${code}):\n${stderr}\n--- stdout\n${stdout}`);
  }
  expect(stdout).toBe('');
  return { code, error, hint };
}

/** Folders of the runs in `out`, in the order of their names. */
export async function runsIn(out: string): Promise<string[]> {
  const names = await readdir(out).catch(() => []);
  return names.sort().map(name => join(out, name));
}

/** The folder of the only run in `out`. */
export async function onlyRun(out: string): Promise<string> {
  const runs = await runsIn(out);
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

/** A finished record, checked. */
export async function recordIn(folder: string): Promise<RunRecord> {
  return parseRecord(await readFile(join(folder, 'record.json'), 'utf8'));
}

export function parseRecord(json: string): RunRecord {
  return runRecordSchema.parse(JSON.parse(json));
}

/** Whole lines of `samples.ndjson`; none when there is no such file yet. */
export async function sampleLines(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'samples.ndjson'), 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1);
}

/** The folder of a run in `out` that has at least `count` samples on disk. */
export function runWithSamples(out: string, count: number): Promise<string> {
  return until(`${count} samples in ${out}`, async () => {
    const [folder] = await runsIn(out);
    return folder !== undefined && (await sampleLines(folder)).length >= count && folder;
  });
}

/** Global average and one matrix product: right in input and output, unless told otherwise. */
export function smallModel({
  side = 224,
  classes = 1000,
  synthetic = false,
  poolingOp = 'GlobalAveragePool',
} = {}): Uint8Array {
  const weights = Float32Array.from({ length: 3 * classes }, (_, i) => Math.sin(i));
  return encodeModel({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: synthetic ? [SYNTHETIC_MARK] : [],
    graph: {
      name: 'small',
      input: [tensorInfo('input', ['N', 3, side, side])],
      output: [tensorInfo('logits', ['N', classes])],
      initializer: [
        { name: 'w', dims: [classes, 3], dataType: DATA_TYPE.float32, rawData: new Uint8Array(weights.buffer) },
      ],
      node: [
        { opType: poolingOp, input: ['input'], output: ['pooled'], attribute: [] },
        { opType: 'Flatten', input: ['pooled'], output: ['flat'], attribute: [intAttribute('axis', 1)] },
        { opType: 'Gemm', input: ['flat', 'w'], output: ['logits'], attribute: [intAttribute('transB', 1)] },
      ],
    },
  });
}

function tensorInfo(name: string, shape: readonly (number | string)[]): ValueInfo {
  const dim = shape.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE.float32, shape: { dim } } } };
}
