/** Soaks that are killed, resumed or refused, and what becomes of them, their folders and their processes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  complaint,
  type Finished,
  onlyRun,
  type Program,
  ROOT,
  type Running,
  recordIn,
  runWithSamples,
} from './program.ts';

export const PICTURES = ['1x1.png', 'cmyk.jpg'].map(name => join(ROOT, 'fixtures', 'odd', name));

export const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** It went well; what it told meanwhile is no matter. */
export function expectNoComplaint({ code, stderr }: Finished, what?: string): void {
  expect({ code, said: /^(error|hint|warning): .*$/m.exec(stderr)?.[0] }, what).toEqual({ code: 0, said: undefined });
}

/** The error and the hint with which it ended, whatever it told before. */
export function lastComplaint({ code, stdout, stderr }: Finished): {
  code: number | null;
  error: string;
  hint: string;
} {
  const [, error, hint] = /(?:^|\n)error: (.+)\nhint: (.+)\n$/.exec(stderr) ?? [];
  if (error === undefined || hint === undefined)
    throw new Error(`no error and no hint at its end (exit ${code}):\n${stderr}`);
  expect(stdout).toBe('');
  return { code, error, hint };
}

/** Nothing beside what a complete run leaves. */
export async function expectOnlyTheRecord(folder: string): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(['record.json', 'samples.ndjson']);
}

export async function kill(running: Running): Promise<void> {
  running.child.kill('SIGKILL');
  await running.done;
  // What it sent last may not have been read yet, if it is a server of this process that it called.
  await pause(100);
}

export interface KilledSoak {
  /** Its `reports` is where the run is. */
  readonly cwd: string;
  readonly folder: string;
}

/** A soak that is killed as soon as so many samples are on disk. */
export async function killedSoak(
  program: Program,
  args: readonly string[],
  samples: number,
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<KilledSoak> {
  const here = cwd ?? (await program.fresh());
  const running = await program.start(['soak', ...args], { cwd: here, env });
  const folder = await runWithSamples(join(here, 'reports'), samples);
  await kill(running);
  return { cwd: here, folder };
}

/** The only run in there goes on to its end. */
export async function resumeToTheEnd(
  program: Program,
  cwd: string,
  { args = [] as string[], env = {}, what = '' } = {},
) {
  const finished = await program.run(['resume', ...args], { cwd, env });
  expectNoComplaint(finished, what);
  const folder = await onlyRun(join(cwd, 'reports'));
  await expectOnlyTheRecord(folder);
  return { ...finished, folder, record: await recordIn(folder) };
}

/** Runs `resume`, which must leave all in the folder as it is. */
export async function refusal(program: Program, folder: string, args: readonly string[], { cwd = '', env = {} } = {}) {
  const before = await bytesIn(folder);
  const said = complaint(await program.run(['resume', ...args], { cwd: cwd || (await program.fresh()), env }));
  expect(await bytesIn(folder)).toEqual(before);
  return said;
}

/** Names and contents, as far as two of them can be told apart. */
export async function bytesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const hashes = names.map(async name => [
    name,
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex'),
  ]);
  return Object.fromEntries(await Promise.all(hashes));
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the file holds.
export async function changeJson(file: string, change: (content: any) => void): Promise<void> {
  const content = JSON.parse(await readFile(file, 'utf8'));
  change(content);
  await writeFile(file, JSON.stringify(content));
}

/** A folder that leads the search path of a program, and so of every process that it starts. Linux tells what those see. */
export class Marked {
  readonly #folder: string;
  readonly env: { readonly PATH: string };

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = { PATH: `${folder}:${process.env.PATH}` };
  }

  static async in(cwd: string): Promise<Marked> {
    const folder = join(cwd, 'mark');
    await mkdir(folder);
    return new Marked(folder);
  }

  /** Those that live, by their ids, with their command lines. */
  processes(): Map<number, string> {
    const found = new Map<number, string>();
    for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(this.#folder)) continue;
        found.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch {
        // It has ended meanwhile, or is somebody else's.
      }
    }
    return found;
  }
}
