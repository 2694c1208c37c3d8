/** From an encoded picture to the network's input: torchvision's very bytes, odd files taken, broken ones refused. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../fixtures/draw/png.ts';
import { cmykToRgb } from '../../src/classifier/cmyk.ts';
import { decode, readHeader } from '../../src/classifier/decode.ts';
import { jpegFrame } from '../../src/classifier/jpeg-frame.ts';
import { INPUT_LENGTH, normalize, preprocess } from '../../src/classifier/preprocess.ts';
import { type RgbImage, resizeAndCrop } from '../../src/classifier/resize.ts';
import { RESIZE_WASM } from '../../src/classifier/resize-wasm.ts';
import { QueryError } from '../../src/core/errors.ts';
import type { PreprocessMode } from '../../src/core/preprocess-mode.ts';
import { seededRandom } from '../random.ts';
import { needShared, PHOTOGRAPHS, sharedPath } from '../shared.ts';
import { compileResize, resizeWasmSource } from './compile-wat.ts';
import { fixture, jpegOfSize, ODD, solidPng, withoutSegments } from './pictures.ts';
import { plainResizeAndCrop } from './pillow-resize.ts';

/** The side of the input in pixels, and how many pixels that are. */
const SIDE = 224;
const PLANE = SIDE * SIDE;

/** Throws away what toEqual would print: 150,528 lines. */
function differences(a: ArrayLike<number>, b: ArrayLike<number>): { count: number; most: number; mean: number } {
  expect(a.length).toBe(b.length);
  let [count, most, sum] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!);
    if (off !== 0) count++;
    most = Math.max(most, off);
    sum += off;
  }
  return { count, most, mean: sum / a.length };
}

const NONE = { count: 0, most: 0, mean: 0 };

function noise(width: number, height: number, seed: number): RgbImage {
  const random = seededRandom(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random() * 256) };
}

/** An input that a forgotten value would spoil, filled. */
async function inputOf(bytes: Uint8Array, mode: PreprocessMode = 'torchvision') {
  const input = new Float32Array(INPUT_LENGTH).fill(Number.NaN);
  return { input, size: await preprocess(bytes, mode, input) };
}

function normalized(rgb: Uint8Array): Float32Array {
  const input = new Float32Array(rgb.length).fill(Number.NaN);
  normalize(rgb, input);
  return input;
}

const failure = (bytes: Uint8Array): Promise<unknown> => inputOf(bytes).catch(thrown => thrown);

describe("torchvision's bytes", () => {
  it.for(PHOTOGRAPHS)('of %s, every one', async (name, ctx) => {
    needShared(ctx, `images/${name}`, `images/expected-224/${name}.rgb`);
    const expected = await readFile(sharedPath(`images/expected-224/${name}.rgb`));
    const bytes = await readFile(sharedPath(`images/${name}`));
    expect(differences(resizeAndCrop(await decode(bytes), 256, SIDE), expected)).toEqual(NONE);
    const { input, size } = await inputOf(bytes);
    expect(differences(input, normalized(expected))).toEqual(NONE);
    const { width, height } = await sharp(bytes).metadata();
    expect(size).toEqual({ width, height });
  });
});

describe('resizeAndCrop', () => {
  it('of a square of 256 is its middle, untouched', () => {
    const image = noise(256, 256, 1);
    const middle = new Uint8Array(INPUT_LENGTH);
    for (let y = 0; y < 224; y++) {
      const from = ((y + 16) * 256 + 16) * 3;
      middle.set(image.data.subarray(from, from + 224 * 3), y * 224 * 3);
    }
    expect(differences(resizeAndCrop(image, 256, SIDE), middle)).toEqual(NONE);
  });

  it.each([
    [1, 1],
    [1, 5000],
    [5000, 1],
    [2, 3],
    [255, 257],
    [640, 427],
    [427, 640],
    [3001, 1999],
  ])('keeps the colour of a picture of one colour, %d x %d', (width, height) => {
    const data = new Uint8Array(width * height * 3);
    for (const [channel, value] of [0, 137, 255].entries()) {
      for (let i = channel; i < data.length; i += 3) data[i] = value;
    }
    const out = resizeAndCrop({ width, height, data }, 256, SIDE);
    expect(out.length).toBe(INPUT_LENGTH);
    expect([0, 1, 2].map(channel => new Set(out.filter((_, i) => i % 3 === channel)))).toEqual(
      [0, 137, 255].map(value => new Set([value])),
    );
  });

  it('is what Pillow computes, for sizes of all kinds, one after the other', () => {
    const random = seededRandom(4);
    const side = () => Math.ceil(2 ** (random() * 9.5));
    const sizes = Array.from({ length: 25 }, () => [side(), side()] as const).filter(
      // The plain way resizes the whole picture, however long.
      ([width, height]) => Math.max(width, height) / Math.min(width, height) < 8,
    );
    expect(sizes.length).toBeGreaterThan(12);
    for (const [width, height] of [...sizes, [256, 225], [257, 256], [1500, 400], [2, 9]] as const) {
      const image = noise(width, height, width * height);
      const found = differences(resizeAndCrop(image, 256, SIDE), plainResizeAndCrop(image, 256, SIDE));
      expect(found, `${width} x ${height}`).toEqual(NONE);
    }
  });

  it('averages a pattern finer than a pixel', () => {
    const board = noise(2048, 2048, 0);
    for (let i = 0; i < board.data.length; i++) {
      const pixel = Math.floor(i / 3);
      board.data[i] = (pixel + Math.floor(pixel / 2048)) % 2 === 0 ? 255 : 0;
    }
    const out = resizeAndCrop(board, 256, SIDE);
    expect(differences(out, new Uint8Array(INPUT_LENGTH).fill(128)).most).toBeLessThanOrEqual(2);
  });

  it('leaves the picture it was given as it was', () => {
    const image = noise(300, 280, 5);
    const before = image.data.slice();
    const first = resizeAndCrop(image, 256, SIDE);
    const firstCopy = first.slice();
    resizeAndCrop(noise(500, 400, 6), 256, SIDE);
    expect(differences(image.data, before)).toEqual(NONE);
    expect(differences(first, firstCopy), 'nor does the next call write into an earlier answer').toEqual(NONE);
  });
});

describe('resize-wasm.ts', () => {
  it('is resize.wat, compiled', async () => {
    const compiled = await compileResize();
    expect(RESIZE_WASM).toBe(compiled);
    const file = new URL('../../src/classifier/resize-wasm.ts', import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(resizeWasmSource(compiled));
  });
});

describe('normalize', () => {
  it('gives planes of red, green and blue, each with its mean and deviation', () => {
    // Four pixels; by hand: (byte / 255 - mean) / deviation.
    const pixels = [255, 128, 0, 0, 1, 254, 1, 255, 128, 124, 116, 104];
    const byHand = [
      ...[2.2489083, -2.117904, -2.1007793, 0.0055655],
      ...[0.2051821, -2.0182073, 2.4285714, -0.0049019],
      ...[-1.8044444, 2.6225708, 0.4264924, 0.0081917],
    ];
    const input = normalized(Uint8Array.from(pixels));
    expect(input.length).toBe(12);
    for (const [i, value] of byHand.entries()) expect(input[i], `${i}`).toBeCloseTo(value, 6);
  });

  it('is computed in float32 step by step, as ToTensor and Normalize do, for every byte', () => {
    const f = Math.fround;
    const input = normalized(Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
    const constants = [
      [0.485, 0.229],
      [0.456, 0.224],
      [0.406, 0.225],
    ] as const;
    for (const [channel, [mean, deviation]] of constants.entries()) {
      for (let byte = 0; byte < 256; byte++) {
        expect(input[channel * 256 + byte]).toBe(f(f(f(byte / 255) - f(mean)) / f(deviation)));
      }
    }
  });
});

describe('odd files', () => {
  it.each(ODD)('%s gives an input', async name => {
    for (const mode of ['torchvision', 'fast'] as const) {
      const { input, size } = await inputOf(await fixture(`odd/${name}`), mode);
      // Black and white are -2.12 and 2.64.
      expect(input.every(value => value > -2.2 && value < 2.7)).toBe(true);
      const { width, height } = (await readHeader(await fixture(`odd/${name}`)))!;
      expect(size).toEqual({ width, height });
    }
  });

  it('wrong-extension.png is baseline.jpg', async () => {
    const [a, b] = await Promise.all(['odd/wrong-extension.png', 'odd/baseline.jpg'].map(fixture));
    expect(differences((await decode(a!)).data, (await decode(b!)).data)).toEqual(NONE);
  });

  it('exif-rotated.jpg stays as it lies', async () => {
    const bytes = await fixture('odd/exif-rotated.jpg');
    const plain = withoutSegments(bytes, 0xe1);
    expect(plain.length).toBeLessThan(bytes.length);
    const [turned, stored] = [await decode(bytes), await decode(plain)];
    expect(turned).toMatchObject({ width: 144, height: 96 });
    expect(differences(turned.data, stored.data)).toEqual(NONE);
  });

  it('icc-profile.jpg keeps its numbers', async () => {
    const bytes = await fixture('odd/icc-profile.jpg');
    const plain = withoutSegments(bytes, 0xe2);
    expect(plain.length).toBeLessThan(bytes.length);
    expect(differences((await decode(bytes)).data, (await decode(plain)).data)).toEqual(NONE);
  });

  it.each(['progressive.jpg', 'photograph.webp'])('%s shows what baseline.jpg shows', async name => {
    const [odd, plain] = [await decode(await fixture(`odd/${name}`)), await decode(await fixture('odd/baseline.jpg'))];
    // Losses of the encoder.
    expect(differences(odd.data, plain.data).mean).toBeLessThan(6);
  });

  it('cmyk.jpg shows baseline.jpg in louder colours, not its negative', async () => {
    const [odd, plain] = [await decode(await fixture('odd/cmyk.jpg')), await decode(await fixture('odd/baseline.jpg'))];
    const negative = plain.data.map(value => 255 - value);
    expect(differences(odd.data, plain.data).mean * 3).toBeLessThan(differences(odd.data, negative).mean);
  });

  it.each(['alpha.png', 'palette.png', 'grey-alpha.png'])('%s shows the colours that its alpha hides', async name => {
    const bytes = await fixture(`odd/${name}`);
    const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    const colours = data.filter((_, i) => i % 4 !== 3);
    expect(data.some((value, i) => i % 4 === 3 && value === 0)).toBe(true);
    expect(differences((await decode(bytes)).data, colours)).toEqual(NONE);
  });

  it.each(['grey.jpg', 'grey.png', 'grey-alpha.png'])('%s has three equal channels', async name => {
    const { data, width, height } = await decode(await fixture(`odd/${name}`));
    expect(data.length).toBe(width * height * 3);
    for (let i = 0; i < data.length; i += 3) {
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) expect.fail(`pixel ${i / 3}`);
    }
    expect(new Set(data).size).toBeGreaterThan(50);
  });

  it('16-bit.png gives the high bytes, as Pillow does', async () => {
    const bytes = await fixture('odd/16-bit.png');
    const raw = await sharp(bytes).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
    const high = new Uint16Array(new Uint8Array(raw).buffer).map(value => value >> 8);
    expect(differences((await decode(bytes)).data, high)).toEqual(NONE);
  });
});

describe('broken files', () => {
  it.each(['truncated.jpg', 'truncated-header.jpg', 'empty.jpg', 'text.jpg', 'html.png'])(
    '%s cannot be decoded, in one line',
    async name => {
      for (const mode of ['torchvision', 'fast'] as const) {
        const error = await inputOf(await fixture(`broken/${name}`), mode).catch(thrown => thrown);
        expect(error).toBeInstanceOf(QueryError);
        expect(error.kind).toBe('undecodable-image');
        expect(error.message).toMatch(/^cannot be decoded: [^\n]+$/);
      }
    },
  );

  it('bomb.png is refused by its header, before anything is allocated', async () => {
    const bomb = await fixture('broken/bomb.png');
    await failure(bomb);
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 5; i++) {
      const error = await failure(bomb);
      expect(error).toBeInstanceOf(QueryError);
      expect(error).toMatchObject({ kind: 'image-too-large', message: expect.stringContaining('pixels') });
    }
    // Decoded it would be 10.8 GB, one band of rows alone more than this.
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 2 ** 20);
  });

  it("Pillow's own limit is the limit: 13377 x 13377 is not too large, and breaks for want of data", async () => {
    const bomb = await fixture('broken/bomb.png');
    const claiming = (side: number) => {
      const copy = Buffer.from(bomb);
      copy.writeUInt32BE(side, 16);
      copy.writeUInt32BE(side, 20);
      copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
      return copy;
    };
    expect(await failure(claiming(13378))).toMatchObject({ kind: 'image-too-large' });
    expect(await failure(claiming(13377))).toMatchObject({ kind: 'undecodable-image' });
  });

  it('a JPEG cut anywhere in its scan is an error, never a picture with a grey end', async () => {
    const whole = await fixture('odd/baseline.jpg');
    for (let length = 1; length < whole.length - 64; length += 97) {
      expect(await failure(whole.subarray(0, length)), `${length} bytes`).toMatchObject({ kind: 'undecodable-image' });
    }
  });

  it('readHeader has nothing to say of them, but for those that have a header', async () => {
    for (const name of ['truncated-header.jpg', 'empty.jpg', 'text.jpg', 'html.png']) {
      expect(await readHeader(await fixture(`broken/${name}`)), name).toBeUndefined();
    }
    const bomb = await readHeader(await fixture('broken/bomb.png'));
    expect(bomb).toEqual({ width: 60_000, height: 60_000, format: 'png' });
  });
});

describe('fast mode', () => {
  it.each([
    [4100, 3000],
    [2049, 2100],
    [1100, 1400],
  ])('is close to torchvision for a JPEG of %d x %d, decoded at a reduced size', async (width, height) => {
    const bytes = await jpegOfSize(width, height);
    const [exact, fast] = [await decode(bytes), await decode(bytes, 256)];
    expect(fast.width * 3).toBeLessThan(width);
    expect(Math.min(fast.width, fast.height)).toBeGreaterThanOrEqual(256);
    expect(fast).toMatchObject({ storedWidth: width, storedHeight: height });
    const [a, b] = [exact, fast].map(image => resizeAndCrop(image, 256, SIDE)) as [Uint8Array, Uint8Array];
    expect(differences(a, b).mean).toBeLessThan(2.5);
    const { input, size } = await inputOf(bytes, 'fast');
    expect(differences(input, normalized(b))).toEqual(NONE);
    expect(size).toEqual({ width, height });
  });

  it.each([
    [511, 700],
    [900, 511],
    [256, 256],
    [40, 30],
  ])('is torchvision, byte for byte, for a JPEG of %d x %d', async (width, height) => {
    const bytes = await jpegOfSize(width, height);
    const [exact, fast] = [await inputOf(bytes), await inputOf(bytes, 'fast')];
    expect(differences(exact.input, fast.input)).toEqual(NONE);
  });

  it('is torchvision for a PNG, which cannot be decoded at a reduced size', async () => {
    const bytes = await sharp(await jpegOfSize(1300, 1100))
      .png()
      .toBuffer();
    const [exact, fast] = [await inputOf(bytes), await inputOf(bytes, 'fast')];
    expect(differences(exact.input, fast.input)).toEqual(NONE);
  });
});

describe('cmykToRgb', () => {
  it.each([
    ['no ink', [0, 0, 0, 0], [255, 255, 255]],
    ['black', [0, 0, 0, 255], [0, 0, 0]],
    ['cyan', [255, 0, 0, 0], [0, 255, 255]],
    ['magenta', [0, 255, 0, 0], [255, 0, 255]],
    ['yellow', [0, 0, 255, 0], [255, 255, 0]],
    ['half black', [0, 0, 0, 127], [128, 128, 128]],
    ['cyan and half black', [255, 0, 0, 127], [0, 128, 128]],
  ])('%s', (_, cmyk, rgb) => {
    expect([...cmykToRgb(Uint8Array.from(cmyk))]).toEqual(rgb);
  });

  it('rounds correctly for every pair of ink and black', () => {
    const cmyk = new Uint8Array(65_536 * 4);
    for (let i = 0; i < 65_536; i++) {
      cmyk[i * 4] = i & 255;
      cmyk[i * 4 + 3] = i >> 8;
    }
    const rgb = cmykToRgb(cmyk);
    const expected = Array.from({ length: 65_536 }, (_, i) => {
      const white = 255 - (i >> 8);
      return white - Math.round(((i & 255) * white) / 255);
    });
    expect(
      differences(
        rgb.filter((_, i) => i % 3 === 0),
        expected,
      ),
    ).toEqual(NONE);
  });
});

describe('jpegFrame', () => {
  it.each([
    ['baseline.jpg', { width: 96, height: 144, components: 3 }],
    ['progressive.jpg', { width: 96, height: 144, components: 3 }],
    ['grey.jpg', { width: 96, height: 144, components: 1 }],
    ['cmyk.jpg', { width: 96, height: 144, components: 4 }],
    ['exif-rotated.jpg', { width: 144, height: 96, components: 3 }],
    ['icc-profile.jpg', { width: 96, height: 144, components: 3 }],
    ['grey.png', undefined],
    ['photograph.webp', undefined],
  ])('of %s', async (name, frame) => {
    expect(jpegFrame(await fixture(`odd/${name}`))).toEqual(frame);
  });

  it('of a cut or damaged file is a frame or nothing, never an error', async () => {
    const whole = await fixture('odd/cmyk.jpg');
    const frameAt = whole.findIndex((byte, i) => byte === 0xff && whole[i + 1]! >= 0xc0 && whole[i + 1]! <= 0xc2);
    for (let length = 0; length < frameAt + 9; length++) expect(jpegFrame(whole.subarray(0, length))).toBeUndefined();
    expect(jpegFrame(Uint8Array.of(0xff, 0xd8, ...new Uint8Array(50)))).toBeUndefined();
    // A segment that claims no length at all must not hold the walk.
    const endless = Buffer.alloc(64, 0xff);
    endless[1] = 0xd8;
    expect(() => jpegFrame(endless)).not.toThrow();
  });

  it('steps over fill bytes before a marker', async () => {
    const whole = await fixture('odd/cmyk.jpg');
    const filled = Buffer.concat([whole.subarray(0, 2), Buffer.of(0xff, 0xff), whole.subarray(2)]);
    expect(differences((await decode(filled)).data, (await decode(whole)).data)).toEqual(NONE);
  });
});

describe('preprocess', () => {
  it('of one colour is one value a channel', async () => {
    const { input } = await inputOf(await solidPng({ r: 255, g: 0, b: 128 }));
    const planes = [0, 1, 2].map(channel => [...new Set(input.subarray(channel * PLANE, (channel + 1) * PLANE))]);
    const [red, , , , green, , , , blue] = normalized(Uint8Array.of(255, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(planes).toEqual([[red], [green], [blue]]);
  });

  it('of several pictures at once does not mix them', async () => {
    const files = ['odd/baseline.jpg', 'images/oranges.jpg', 'images/daisy.png', 'odd/5000x1.png', 'odd/cmyk.jpg'];
    const pictures = await Promise.all(files.map(fixture));
    const alone: Float32Array[] = [];
    for (const bytes of pictures) alone.push((await inputOf(bytes)).input);
    const together = await Promise.all([...pictures, ...pictures].map(bytes => inputOf(bytes)));
    for (const [i, { input }] of together.entries()) {
      expect(differences(input, alone[i % pictures.length]!), files[i % pictures.length]).toEqual(NONE);
    }
  });
});
