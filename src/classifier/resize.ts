/**
 * Resize by antialiased bilinear interpolation and centre crop with the very bytes that Pillow and torchvision give.
 * Pillow's method: two passes, horizontal first, triangle weights widened by the scale and rounded to 22-bit fixed point,
 * each pass rounded to bytes. Only what the crop shows is computed. Sources: Pillow src/libImaging/Resample.c,
 * torchvision transforms/functional.py (Resize, CenterCrop).
 */
import { passes, reserve, SLACK } from './passes.ts';

/** 8-bit RGB, rows of R, G, B. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pillow's PRECISION_BITS for 8-bit pictures: 32 less 8 for the value and 2 for a margin. */
const WEIGHT_BITS = 22;

/** Bytes of input that the horizontal pass works on at a time: they stay in the processor's cache and memory stays small. */
const TILE_BYTES = 256 * 1024;

/** For every position of an output stretch: where its inputs start, and `taps` fixed-point weights, padded with zeros. */
interface Kernel {
  readonly starts: Int32Array;
  readonly weights: Int32Array;
  readonly taps: number;
}

/**
 * Resizes so that the short side is `resizeTo` and cuts the middle: `crop` x `crop` pixels of RGB, `crop` a multiple of 16
 * and at most `resizeTo`.
 */
export function resizeAndCrop(image: RgbImage, resizeTo: number, crop: number): Uint8Array {
  const { data, width, height } = image;
  const scaledWidth = width <= height ? resizeTo : Math.floor((resizeTo * width) / height);
  const scaledHeight = width <= height ? Math.floor((resizeTo * height) / width) : resizeTo;
  const across = kernelOf(width, scaledWidth, centreOffset(scaledWidth, crop), crop);
  const down = kernelOf(height, scaledHeight, centreOffset(scaledHeight, crop), crop);
  const firstRow = down.starts[0]!;
  const endRow = Math.min(height, down.starts[crop - 1]! + down.taps);
  const stride = width * 3;
  const outStride = crop * 3;
  const tileRows = Math.max(1, Math.floor(TILE_BYTES / stride));

  const startsAt = 0;
  const acrossAt = startsAt + crop * 4;
  const downAt = acrossAt + across.weights.byteLength;
  const outAt = downAt + down.weights.byteLength;
  const rowsAt = outAt + crop * outStride;
  const tileAt = rowsAt + (endRow - firstRow + down.taps) * outStride + SLACK;
  const memory = reserve(tileAt + tileRows * stride + across.taps * 3 + SLACK);
  const bytes = new Uint8Array(memory);
  const words = new Int32Array(memory);
  words.set(
    across.starts.map(start => start * 3),
    startsAt / 4,
  );
  words.set(across.weights, acrossAt / 4);
  words.set(down.weights, downAt / 4);
  for (let row = firstRow; row < endRow; row += tileRows) {
    const rows = Math.min(tileRows, endRow - row);
    bytes.set(data.subarray(row * stride, (row + rows) * stride), tileAt);
    const to = rowsAt + (row - firstRow) * outStride;
    passes.horizontal(tileAt, rows, stride, startsAt, acrossAt, across.taps, crop, to);
  }
  for (let y = 0; y < crop; y++) {
    const from = rowsAt + (down.starts[y]! - firstRow) * outStride;
    passes.vertical(from, outStride, downAt + y * down.taps * 4, down.taps, outAt + y * outStride);
  }
  return bytes.slice(outAt, outAt + crop * outStride);
}

/** Python's round((length - crop) / 2), which rounds halves to even. */
function centreOffset(length: number, crop: number): number {
  const half = (length - crop) / 2;
  const floor = Math.floor(half);
  return half - floor === 0.5 ? floor + (floor % 2) : Math.round(half);
}

/** Weights for output positions `offset` to `offset + length` of a side scaled from `inSize` to `outSize`. */
function kernelOf(inSize: number, outSize: number, offset: number, length: number): Kernel {
  const scale = inSize / outSize;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(length);
  const weights = new Int32Array(length * taps);
  const raw = new Float64Array(taps);
  let most = 1;
  for (let i = 0; i < length; i++) {
    const centre = (offset + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inSize, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let t = 0; t < count; t++) {
      const weight = Math.max(0, 1 - Math.abs((start + t - centre + 0.5) * (1 / support)));
      raw[t] = weight;
      sum += weight;
    }
    starts[i] = start;
    for (let t = 0; t < count; t++) weights[i * taps + t] = Math.trunc(0.5 + (raw[t]! / sum) * (1 << WEIGHT_BITS));
    most = Math.max(most, count);
  }
  return { starts, weights: withFewerTaps(weights, taps, most), taps: most };
}

/** The same weights without the columns of zeros that no position needs. */
function withFewerTaps(weights: Int32Array, taps: number, fewer: number): Int32Array {
  const length = weights.length / taps;
  for (let i = 1; i < length; i++) weights.copyWithin(i * fewer, i * taps, i * taps + fewer);
  return weights.subarray(0, length * fewer);
}
