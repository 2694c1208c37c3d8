/** Encoded picture to the network's input: [1, 3, 224, 224] float32, planes of R, G, B, normalised as torchvision does. */
import { decode } from './decode.ts';
import { resizeAndCrop } from './resize.ts';

/** `torchvision`: its very bytes. `fast`: large JPEGs decoded at reduced size; close to it. */
export const PREPROCESS_MODES = ['torchvision', 'fast'] as const;
export type PreprocessMode = (typeof PREPROCESS_MODES)[number];

export const INPUT_SIDE = 224;
const RESIZE_TO = 256;

/** ImageNet's channel means and standard deviations of values in 0..1. */
const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

export interface Preprocessed {
  /** 150,528 values: three planes of 224 rows of 224. */
  readonly input: Float32Array<ArrayBuffer>;
  /** Pixels of the picture as stored. */
  readonly width: number;
  readonly height: number;
}

/** Throws QueryError when the picture cannot be decoded. */
export async function preprocess(bytes: Uint8Array, mode: PreprocessMode): Promise<Preprocessed> {
  const image = await decode(bytes, mode === 'fast' ? RESIZE_TO : undefined);
  const rgb = resizeAndCrop(image, RESIZE_TO, INPUT_SIDE);
  return { input: normalize(rgb), width: image.storedWidth, height: image.storedHeight };
}

/** For each channel the normalised value of each byte, computed in float32 as ToTensor and Normalize do. */
const TABLES = MEAN.map((mean, channel) => {
  const std = Math.fround(STD[channel] as number);
  return Float32Array.from({ length: 256 }, (_, byte) =>
    Math.fround(Math.fround(Math.fround(byte / 255) - Math.fround(mean)) / std),
  );
}) as [Float32Array, Float32Array, Float32Array];

/** RGB bytes, pixel by pixel, to normalised planes. */
export function normalize(rgb: Uint8Array): Float32Array<ArrayBuffer> {
  const [red, green, blue] = TABLES;
  const plane = rgb.length / 3;
  const input = new Float32Array(rgb.length);
  for (let pixel = 0, at = 0; pixel < plane; pixel++, at += 3) {
    input[pixel] = red[rgb[at]!]!;
    input[plane + pixel] = green[rgb[at + 1]!]!;
    input[2 * plane + pixel] = blue[rgb[at + 2]!]!;
  }
  return input;
}
