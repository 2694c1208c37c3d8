/** Who may write into a run folder: one process, and not one that is gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { disown, own } from '../../src/runs/run-owner.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const LINUX = process.platform === 'linux';
const children: ChildProcess[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnet-bench-owner-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const says = (number: number, content: string) => writeFileSync(join(folder, `owner-${number}`), content);
const owners = () => readdirSync(folder).sort();

/** A process that waits to be ended. */
async function somebody(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(1)'], { stdio: 'pipe' });
  children.push(child);
  await once(child.stdout, 'data');
  return child as typeof child & { pid: number };
}

async function somebodyGone(): Promise<number> {
  const child = await somebody();
  child.kill('SIGKILL');
  await once(child, 'close');
  return child.pid;
}

/** The 22nd field of /proc/pid/stat, in ticks since the system started. */
const startOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19];

describe('a folder that nobody writes into', () => {
  it('is taken, in a file that says by whom', () => {
    expect(own(folder)).toBe(join(folder, 'owner-1'));
    expect(owners()).toEqual(['owner-1']);
    const [pid, start] = readFileSync(join(folder, 'owner-1'), 'utf8').trim().split(' ');
    expect(Number(pid)).toBe(process.pid);
    if (LINUX) expect(start).toBe(startOf(process.pid));
  });

  it.each([
    ['is gone', async () => `${await somebodyGone()} 123\n`],
    ['is gone, and no start is known', async () => `${await somebodyGone()}\n`],
    ['was killed before it wrote its id', async () => ''],
    ['left nonsense', async () => 'hello\n'],
    ['left the id of a group', async () => `-${process.pid}\n`],
    ['left the id 0', async () => '0\n'],
  ])('whose last owner %s is taken', async (_, content) => {
    says(1, await content());
    expect(basename(own(folder))).toBe('owner-2');
    expect(owners()).toEqual(['owner-1', 'owner-2']);
  });

  it.runIf(LINUX)('whose last owner has an id that another process got since is taken', async () => {
    const { pid } = await somebody();
    says(1, `${pid} ${Number(startOf(pid)) - 1}\n`);
    expect(basename(own(folder))).toBe('owner-2');
  });

  it.runIf(LINUX)('whose last owner has ended, and nobody has asked how, is taken', async () => {
    // A shell that does not wait for its child.
    const shell = spawn('/bin/sh', ['-c', `${process.execPath} -e 0 & echo $!; exec sleep 60`], { stdio: 'pipe' });
    children.push(shell);
    const pid = Number((await once(shell.stdout, 'data')).toString());
    const state = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
    const start = startOf(pid);
    while (state() !== 'Z') await new Promise(resolve => setTimeout(resolve, 10));
    says(1, `${pid} ${start}\n`);
    expect(basename(own(folder))).toBe('owner-2');
  });

  it('of many owners the newest counts, by number', async () => {
    const { pid } = await somebody();
    says(2, `${pid}\n`);
    says(9, `${pid}\n`);
    says(10, `${await somebodyGone()}\n`);
    expect(basename(own(folder))).toBe('owner-11');
    disown(folder);
    expect(owners()).toEqual([]);
  });

  it('keeps what has another name', () => {
    const others = ['owner-', 'owner-1.bak', 'owner-one', 'record.json', 'samples.ndjson', 'xowner-7'];
    for (const name of others) writeFileSync(join(folder, name), `${process.pid}\n`);
    expect(basename(own(folder))).toBe('owner-1');
    expect(owners()).toEqual([...others, 'owner-1'].sort());
  });
});

describe('a folder that somebody writes into', () => {
  it.each([
    ['with its start', LINUX, (pid: number) => `${pid} ${startOf(pid)}\n`],
    ['whose start nobody knew', true, (pid: number) => `${pid} \n`],
  ])('is refused: %s', async (_, possible, content) => {
    if (!possible) return;
    const { pid } = await somebody();
    says(3, content(pid));
    expect(() => own(folder)).toThrow(SetupError);
    expect(() => own(folder)).toThrow(`${folder} is being written by process ${pid}`);
    expect(owners()).toEqual(['owner-3']);
  });

  it('is refused: a process that is stopped', async () => {
    const child = await somebody();
    says(1, `${child.pid}\n`);
    child.kill('SIGSTOP');
    expect(() => own(folder)).toThrow(SetupError);
  });

  it('is refused: a process of somebody else', () => {
    says(1, '1\n');
    expect(() => own(folder)).toThrow(`${folder} is being written by process 1`);
  });

  it('is refused to the owner itself', () => {
    own(folder);
    expect(() => own(folder)).toThrow(`is being written by process ${process.pid}`);
  });
});

it('of several that come at the same moment one gets it, new or left by another', { timeout: 60_000 }, async () => {
  const gone = await somebodyGone();
  const folders = Array.from({ length: 300 }, (_, i) => join(folder, `${i}`));
  for (const [i, path] of folders.entries()) {
    mkdirSync(path);
    if (i % 2 === 1) writeFileSync(join(path, 'owner-1'), `${gone} 1\n`);
  }
  // By then all of them have started.
  const begin = Date.now() + 4_000;
  const said = await Promise.all(
    [1, 2, 3].map(async () => {
      const args = ['--import', TSX, join(import.meta.dirname, 'owning.ts'), `${begin}`, ...folders];
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      let text = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        text += chunk;
        if (text.endsWith('\n')) break;
      }
      return JSON.parse(text) as string[];
    }),
  );
  const winners = folders.map((_, i) => said.filter(answers => answers[i] === 'mine').length);
  expect(winners).toEqual(folders.map(() => 1));
  for (const answer of said.flat()) expect(answer).toMatch(/^mine$|^EEXIST$|is being written by process \d+$/);
});
