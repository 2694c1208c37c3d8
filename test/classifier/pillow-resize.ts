/**
 * Resize and crop once more, the plain way: the whole picture, pass by pass, in JavaScript. The check on resize.ts and its
 * WebAssembly for pictures that nobody ran through torchvision. Source: Pillow src/libImaging/Resample.c.
 */
import type { RgbImage } from '../../src/classifier/resize.ts';

const PRECISION_BITS = 32 - 8 - 2;

/** As `Resize(resizeTo)` and `CenterCrop(crop)` of torchvision 0.14. */
export function plainResizeAndCrop(image: RgbImage, resizeTo: number, crop: number): Uint8Array {
  const { width, height } = image;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const newLong = Math.trunc((resizeTo * long) / short);
  const [newWidth, newHeight] = width <= height ? [resizeTo, newLong] : [newLong, resizeTo];
  const across = resample(image.data, height, width, newWidth);
  // The vertical pass is the horizontal one on the transposed picture.
  const down = resample(transposed(across, newWidth, height), newWidth, height, newHeight);
  const whole = transposed(down, newHeight, newWidth);
  const [left, top] = [pythonRound((newWidth - crop) / 2), pythonRound((newHeight - crop) / 2)];
  const out = new Uint8Array(crop * crop * 3);
  for (let y = 0; y < crop; y++) {
    const from = ((top + y) * newWidth + left) * 3;
    out.set(whole.subarray(from, from + crop * 3), y * crop * 3);
  }
  return out;
}

/** Each of `rows` rows from `inSize` pixels to `outSize`. */
function resample(data: Uint8Array, rows: number, inSize: number, outSize: number): Uint8Array {
  const out = new Uint8Array(rows * outSize * 3);
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  for (let xx = 0; xx < outSize; xx++) {
    const center = (xx + 0.5) * scale;
    const xmin = Math.max(0, Math.trunc(center - filterScale + 0.5));
    const xmax = Math.min(inSize, Math.trunc(center + filterScale + 0.5));
    const weights: number[] = [];
    for (let x = xmin; x < xmax; x++) weights.push(Math.max(0, 1 - Math.abs((x - center + 0.5) * (1 / filterScale))));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const fixed = weights.map(weight => Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION_BITS));
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < 3; channel++) {
        let total = 2 ** (PRECISION_BITS - 1);
        for (const [i, weight] of fixed.entries()) total += weight * data[(row * inSize + xmin + i) * 3 + channel]!;
        out[(row * outSize + xx) * 3 + channel] = Math.min(255, Math.floor(total / 2 ** PRECISION_BITS));
      }
    }
  }
  return out;
}

function transposed(data: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        out[(x * height + y) * 3 + channel] = data[(y * width + x) * 3 + channel]!;
      }
    }
  }
  return out;
}

/** Halves go to the even neighbour. */
function pythonRound(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
