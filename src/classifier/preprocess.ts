/** Encoded picture to the network's input: [1, 3, 224, 224] float32, planes of R, G, B, normalised as torchvision does. */
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import { decode } from './decode.ts';
import { giveBack } from './give-back.ts';
import { passes, reserve, SLACK } from './passes.ts';
import { resizeAndCrop } from './resize.ts';

const INPUT_SIDE = 224;
const RESIZE_TO = 256;

/** Values of one input: three planes of 224 rows of 224. */
export const INPUT_LENGTH = 3 * INPUT_SIDE * INPUT_SIDE;

/** Pixels of the picture as stored. */
export interface StoredSize {
  readonly width: number;
  readonly height: number;
}

/** Fills `input` (INPUT_LENGTH values). Throws QueryError when the picture cannot be decoded. */
export async function preprocess(bytes: Uint8Array, mode: PreprocessMode, input: Float32Array): Promise<StoredSize> {
  const image = await decode(bytes, mode === 'fast' ? RESIZE_TO : undefined);
  normalize(resizeAndCrop(image, RESIZE_TO, INPUT_SIDE), input);
  giveBack(image.data);
  return { width: image.storedWidth, height: image.storedHeight };
}

/** Writes RGB bytes, a multiple of four pixels, as planes of (byte / 255 - mean) / deviation with ImageNet's constants, in float32 as ToTensor and Normalize compute it. */
export function normalize(rgb: Uint8Array, input: Float32Array): void {
  const outAt = Math.ceil(rgb.length / SLACK + 1) * SLACK;
  const memory = reserve(outAt + input.byteLength + SLACK);
  new Uint8Array(memory).set(rgb);
  passes.normalize(0, rgb.length / 3, outAt);
  input.set(new Float32Array(memory, outAt, input.length));
}
