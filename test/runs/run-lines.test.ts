/** Lines of a run on real files: whole ones only, whatever tore the last, and none lost to a disk that is full for a while. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { SampleLine } from '../../src/core/record.ts';
import { RunLines } from '../../src/runs/run-lines.ts';
import { mountSmallDisk } from '../cli/small-disk.ts';
import { sampleWith } from '../sample.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnet-bench-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (seq: number, image = 'dog.jpg'): SampleLine => ({ target: 'local', sample: sampleWith({ seq, image }) });
const text = (...lines: SampleLine[]) => lines.map(line => `${JSON.stringify(line)}\n`).join('');

describe('a new file', () => {
  it('holds a line for each', () => {
    const file = join(folder, 'lines');
    const lines = new RunLines(file, 'new');
    for (const seq of [0, 1, 2]) {
      lines.append(line(seq));
      expect(readFileSync(file, 'utf8')).toBe(text(...[0, 1, 2].slice(0, seq + 1).map(seq => line(seq))));
    }
    lines.close();
  });

  it('is never one that is there', () => {
    const file = join(folder, 'lines');
    writeFileSync(file, 'mine');
    expect(() => new RunLines(file, 'new')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('has a line for each also when there are separators in it', () => {
    const file = join(folder, 'lines');
    const odd = line(0, 'a\nb\r\u2028\u2029\u0085c\u{1f431}.jpg');
    const lines = new RunLines(file, 'new');
    lines.append(odd);
    lines.appendOrHold(line(1));
    lines.close();
    const written = readFileSync(file, 'utf8');
    expect(written.split(/[\n\r\u2028\u2029]/)).toHaveLength(3);
    expect(JSON.parse(written.split('\n')[0]!)).toEqual(odd);
  });
});

describe('a file that goes on', () => {
  /** The reader from the end goes by pieces of this size. */
  const CHUNK = 65_536;
  const x = (length: number) => 'x'.repeat(length);

  it.each([
    ['nothing in it', '', ''],
    ['one whole line', '{}\n', ''],
    ['some whole lines', '{}\n{}\n{}\n', ''],
    ['only a line feed', '\n', ''],
    ['one torn line', '', '{'],
    ['a torn line after whole ones', '{}\n{}\n', '{"target": "loc'],
    ['zeros at the end, as some systems leave them', '{}\n', '\0'.repeat(4_096)],
    ['a character that is torn', '{}\n', Buffer.from('{"image": "\u{1f431}').subarray(0, -1)],
    ['a torn line of a whole piece', '{}\n', x(CHUNK)],
    ['a torn line a byte short of a piece', '{}\n', x(CHUNK - 1)],
    ['a torn line a byte longer than a piece', '{}\n', x(CHUNK + 1)],
    ['a torn line of several pieces', `${x(100)}\n`, x(3 * CHUNK + 7)],
    ['no line feed in several pieces', '', x(3 * CHUNK + 7)],
    ['no line feed in just two pieces', '', x(2 * CHUNK)],
    ['a whole line of several pieces', `{}\n${x(3 * CHUNK)}\n`, ''],
    ['a line feed as the first byte of a piece', `${x(CHUNK)}\n`, x(CHUNK - 1)],
    ['a line feed as the only thing before a piece', '\n', x(CHUNK)],
  ])('with %s keeps its whole lines, and takes more', (_, whole, torn) => {
    const file = join(folder, 'lines');
    writeFileSync(file, Buffer.concat([Buffer.from(whole), Buffer.from(torn)]));
    const lines = new RunLines(file, 'go on');
    expect(readFileSync(file, 'utf8') === whole).toBe(true);
    lines.append(line(7));
    lines.append(line(8));
    lines.close();
    expect(readFileSync(file, 'utf8') === whole + text(line(7), line(8))).toBe(true);
  });
});

it('a last line that lacks only its line feed gets it', () => {
  const file = join(folder, 'lines');
  writeFileSync(file, '{}\n{"a":1}');
  const lines = new RunLines(file, 'go on');
  lines.append(line(7));
  lines.close();
  expect(readFileSync(file, 'utf8')).toBe(`{}\n{"a":1}\n${text(line(7))}`);
});

describe('on a full disk', () => {
  async function onSmallDisk(ctx: TestContext) {
    const disk = mountSmallDisk(await mkdtemp(join(tmpdir(), 'resnet-bench-disk-')), '64k', ctx);
    await mkdir(join(disk.folder, 'run'));
    const file = join(disk.folder, 'run', 'lines');
    const lines = new RunLines(file, 'new');
    // Before the disk is taken away.
    ctx.onTestFinished(() => lines.close());
    const written = () => readFileSync(file, 'utf8');
    return { disk, lines, written };
  }
  const noSpace = expect.objectContaining({ code: 'ENOSPC' });

  it('what must be written at once is refused, and no part of it stays', async ctx => {
    const { disk, lines, written } = await onSmallDisk(ctx);
    lines.append(line(0));
    disk.fill();
    let seq = 1;
    expect(() => {
      for (; seq < 100; seq++) lines.append(line(seq));
    }).toThrow(noSpace);
    const whole = Array.from({ length: seq }, (_, i) => line(i));
    expect(written()).toBe(text(...whole));
    disk.free();
    lines.append(line(seq));
    expect(written()).toBe(text(...whole, line(seq)));
    expect(lines.held).toBe(0);
  });

  it('what can wait is held, and written in its order once there is room', async ctx => {
    const { disk, lines, written } = await onSmallDisk(ctx);
    lines.appendOrHold(line(0));
    expect(lines.held).toBe(0);
    disk.fill();
    const all = Array.from({ length: 60 }, (_, i) => line(i));
    for (const next of all.slice(1)) lines.appendOrHold(next);
    expect(lines.held).toBeGreaterThan(1);
    expect(written()).toBe(text(...all.slice(0, all.length - lines.held)));
    expect(() => lines.flush()).toThrow(noSpace);
    const { held } = lines;
    lines.appendOrHold(line(60));
    expect(lines.held).toBe(held + 1);
    disk.free();
    lines.appendOrHold(line(61));
    expect(lines.held).toBe(0);
    expect(written()).toBe(text(...all, line(60), line(61)));
  });

  it('as much as there is room for is written', async ctx => {
    const { disk, lines, written } = await onSmallDisk(ctx);
    disk.fill();
    // Far more than the whole disk takes.
    const all = Array.from({ length: 1_000 }, (_, i) => line(i));
    for (const next of all) lines.appendOrHold(next);
    disk.free();
    expect(() => lines.flush()).toThrow(noSpace);
    const onDisk = all.length - lines.held;
    expect(onDisk).toBeGreaterThan(100);
    expect(lines.held).toBeGreaterThan(100);
    expect(written()).toBe(text(...all.slice(0, onDisk)));
    expect(() => lines.flush()).toThrow(noSpace);
    expect(lines.held).toBe(all.length - onDisk);
  });

  it('a flush with nothing held does nothing', async ctx => {
    const { disk, lines, written } = await onSmallDisk(ctx);
    disk.fill();
    lines.flush();
    expect(written()).toBe('');
  });
});
