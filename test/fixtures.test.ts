/** The pictures in fixtures/ are what their README says, and its script still draws them. */

import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32 } from '../fixtures/draw/png.ts';
import { draw } from '../fixtures/draw.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');
const FOLDERS = ['images', 'odd', 'broken'];
/** They are in the repository and in the npm package for good. */
const MOST_BYTES = { images: 200_000, odd: 60_000, broken: 5_000, allImages: 700_000, all: 850_000 };

const bytesOf = (file: string): Promise<Buffer> => readFile(join(FIXTURES, file));

/** The rows of the README's tables: the cells after the file's name, by file. */
async function readmeRows(): Promise<Map<string, string[]>> {
  const readme = await readFile(join(FIXTURES, 'README.md'), 'utf8');
  const rows = readme.matchAll(/^\| `((?:images|odd|broken)\/[^`]+)` *\|(.*)\|$/gm);
  return new Map(Array.from(rows, ([, file = '', cells = '']) => [file, cells.split('|').map(cell => cell.trim())]));
}

async function filesIn(root: string): Promise<string[]> {
  const lists = FOLDERS.map(async folder => (await readdir(join(root, folder))).map(name => `${folder}/${name}`));
  return (await Promise.all(lists)).flat().sort();
}

/** sharp's word for a colour space, and the README's. */
const COLOURS: Record<string, string> = { srgb: 'RGB', rgb16: 'RGB', 'b-w': 'grey', cmyk: 'CMYK' };

/** A file in the README's words. */
function format(meta: Metadata): string {
  const colour = COLOURS[meta.space] ?? meta.space;
  if (meta.format === 'png') {
    const depth = meta.depth === 'ushort' ? '16-bit' : '8-bit';
    return `PNG, ${depth} ${meta.isPalette ? 'palette' : colour}${meta.hasAlpha ? ' + alpha' : ''}`;
  }
  if (meta.format === 'webp') return `WebP, ${colour}`;
  const parts = [meta.format.toUpperCase(), meta.isProgressive ? 'progressive' : 'baseline', colour];
  if (colour === 'RGB') parts.push(meta.chromaSubsampling ?? '');
  if (meta.orientation !== undefined) parts.push(`orientation ${meta.orientation}`);
  if (meta.hasProfile) parts.push('ICC profile');
  return parts.join(', ');
}

const decode = async (file: string | Uint8Array, depth: 'uchar' | 'ushort' = 'uchar') => {
  const image = sharp(file);
  if (depth === 'ushort') image.toColourspace('rgb16');
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true });
  const samples = depth === 'ushort' ? new Uint16Array(new Uint8Array(data).buffer) : data;
  return { samples, shape: [info.width, info.height, info.channels] };
};

type Decoded = Awaited<ReturnType<typeof decode>>;

function difference(a: Decoded, b: Decoded): { mean: number; most: number } {
  expect(a.shape).toEqual(b.shape);
  let sum = 0;
  let most = 0;
  for (const [at, value] of a.samples.entries()) {
    const off = Math.abs(value - (b.samples[at] ?? Number.NaN));
    sum += off;
    most = Math.max(most, off);
  }
  return { mean: sum / a.samples.length, most };
}

describe('the files in fixtures/', () => {
  it('are those in the README, no more and no fewer', async () => {
    expect([...(await readmeRows()).keys()].sort()).toEqual(await filesIn(FIXTURES));
  });

  it('have the format and size that the README gives', async () => {
    const said: Record<string, string[]> = {};
    const found: Record<string, string[]> = {};
    for (const [file, cells] of await readmeRows()) {
      if (file.startsWith('broken/')) continue;
      const meta = await sharp(await bytesOf(file)).metadata();
      said[file] = cells.slice(0, 2);
      found[file] = [format(meta), `${meta.width} x ${meta.height}`];
    }
    expect(found).toEqual(said);
  });

  it('are small', async () => {
    const total = { images: 0, odd: 0, broken: 0 };
    for (const file of await filesIn(FIXTURES)) {
      const folder = file.slice(0, file.indexOf('/')) as keyof typeof total;
      const { size } = await stat(join(FIXTURES, file));
      expect(size, file).toBeLessThan(MOST_BYTES[folder]);
      total[folder] += size;
    }
    expect(total.images).toBeLessThan(MOST_BYTES.allImages);
    expect(total.images + total.odd + total.broken).toBeLessThan(MOST_BYTES.all);
  });
});

describe('the odd files', () => {
  it.each(['progressive.jpg', 'exif-rotated.jpg', 'icc-profile.jpg', 'cmyk.jpg', 'photograph.webp'])(
    '%s shows what baseline.jpg shows',
    async name => {
      // Turned as Exif says and brought to sRGB: the same picture but for the losses of the encoder.
      const shown = await sharp(await bytesOf(`odd/${name}`))
        .autoOrient()
        .toColourspace('srgb')
        .png()
        .toBuffer();
      const { mean } = difference(await decode(shown), await decode(await bytesOf('odd/baseline.jpg')));
      // CMYK without a profile comes back through a printer's range of colours.
      expect(mean).toBeLessThan(name === 'cmyk.jpg' ? 15 : 6);
    },
  );

  it('wrong-extension.png is baseline.jpg', async () => {
    expect((await bytesOf('odd/wrong-extension.png')).equals(await bytesOf('odd/baseline.jpg'))).toBe(true);
  });

  it('cmyk.jpg carries the Adobe marker, icc-profile.jpg the P3 profile', async () => {
    const cmyk = await bytesOf('odd/cmyk.jpg');
    expect(cmyk.readUInt16BE(2)).toBe(0xffee);
    expect(cmyk.toString('latin1', 6, 11)).toBe('Adobe');
    expect((await sharp(await bytesOf('odd/cmyk.jpg')).metadata()).channels).toBe(4);
    const { icc } = await sharp(await bytesOf('odd/icc-profile.jpg')).metadata();
    expect(icc?.includes(Buffer.from('P3', 'utf16le').swap16())).toBe(true);
  });

  it.each(['alpha.png', 'palette.png', 'grey-alpha.png'])(
    '%s is opaque in the middle and clear in a corner',
    async name => {
      // Decoded, grey with alpha is RGB with alpha as well.
      const { samples, shape } = await decode(await bytesOf(`odd/${name}`));
      const [width = 0, height = 0] = shape;
      expect(shape[2]).toBe(4);
      expect(samples[3]).toBe(0);
      expect(samples[((height / 2) * width + width / 2) * 4 + 3]).toBe(255);
    },
  );

  it('16-bit.png says something in its low bytes', async () => {
    const { samples } = await decode(await bytesOf('odd/16-bit.png'), 'ushort');
    expect(samples.some(value => value % 257 !== 0)).toBe(true);
    expect(Math.max(...samples)).toBeGreaterThan(40_000);
  });
});

describe('the broken files', () => {
  it('bomb.png is well formed and claims 60000 x 60000', async () => {
    const bomb = await bytesOf('broken/bomb.png');
    expect(bomb.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    expect([bomb.toString('latin1', 12, 16), bomb.readUInt32BE(16), bomb.readUInt32BE(20)]).toEqual([
      'IHDR',
      60000,
      60000,
    ]);
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(bomb.readUInt32BE(29)).toBe(crc32(bomb.subarray(12, 29)));
    expect(bomb.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
    expect(bomb.length).toBeLessThan(100);
    // libpng, too, believes the header when nobody stops it.
    const meta = await sharp(bomb, { limitInputPixels: false }).metadata();
    expect([meta.width, meta.height, meta.channels]).toEqual([60000, 60000, 3]);
  });

  it('the truncated JPEGs are the start of baseline.jpg, cut where they should be', async () => {
    const whole = await bytesOf('odd/baseline.jpg');
    const [scan, frame] = [whole.indexOf('ffda', 'hex'), whole.indexOf('ffc0', 'hex')];
    const cut = await bytesOf('broken/truncated.jpg');
    expect(cut.equals(whole.subarray(0, cut.length))).toBe(true);
    expect(cut.length).toBeGreaterThan(scan + (whole.length - scan) / 3);
    expect(cut.length).toBeLessThan(whole.length - (whole.length - scan) / 3);
    const header = await bytesOf('broken/truncated-header.jpg');
    expect(header.equals(whole.subarray(0, header.length))).toBe(true);
    expect(header.length).toBe(frame + 5);
  });

  it('empty.jpg is empty, text.jpg is text and html.png is HTML', async () => {
    expect(await bytesOf('broken/empty.jpg')).toHaveLength(0);
    expect(await readFile(join(FIXTURES, 'broken/text.jpg'), 'utf8')).toMatch(/^[ -~]+\n$/);
    expect(await readFile(join(FIXTURES, 'broken/html.png'), 'utf8')).toMatch(/^<!doctype html>.*404 Not Found/s);
  });

  it('cannot be decoded, any of them', async () => {
    for (const name of await readdir(join(FIXTURES, 'broken'))) {
      await expect(decode(await bytesOf(`broken/${name}`)), name).rejects.toThrow();
    }
  });
});

describe('draw.ts', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resnet-bench-fixtures-'));
    await draw(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('draws every committed file and no other', async () => {
    expect(await filesIn(folder)).toEqual(await filesIn(FIXTURES));
  });

  it('draws the same pixels', async () => {
    for (const file of await filesIn(FIXTURES)) {
      if (file.startsWith('broken/')) continue;
      const depth = file === 'odd/16-bit.png' ? 'ushort' : 'uchar';
      const [committed, drawn] = await Promise.all([
        decode(await bytesOf(file), depth),
        decode(await readFile(join(folder, file)), depth),
      ]);
      const { mean, most } = difference(committed, drawn);
      const { format } = await sharp(await bytesOf(file)).metadata();
      // Sines and powers may differ in their last bit between versions of V8: one level when it falls on a rounding.
      if (format === 'png') expect(most, file).toBeLessThanOrEqual(depth === 'ushort' ? 257 : 1);
      else expect(mean, file).toBeLessThan(1);
    }
  });

  it('writes the same broken files, but for what an encoder made', async () => {
    for (const name of ['empty.jpg', 'text.jpg', 'html.png']) {
      expect((await readFile(join(folder, 'broken', name))).equals(await bytesOf(`broken/${name}`)), name).toBe(true);
    }
  });
});
