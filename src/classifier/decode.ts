/** Encoded picture to RGB pixels, as Pillow's `Image.open(...).convert('RGB')` gives them. The one file that imports sharp. */
import sharp, { type Sharp } from 'sharp';
import { QueryError } from '../core/errors.ts';
import { cmykToRgb } from './cmyk.ts';
import { jpegFrame } from './jpeg-frame.ts';
import type { RgbImage } from './resize.ts';

/** Pillow's own limit against decompression bombs: twice its MAX_IMAGE_PIXELS. Checked on the header, before anything is allocated. */
const MAX_PIXELS = 178_956_970;

// Every picture of a benchmark is decoded anew, so a cache would only hide the work and hold memory.
sharp.cache(false);
// One picture at a time: helper threads would only take turns with the network's.
sharp.concurrency(1);

/** Version of sharp, for the record. */
export const SHARP_VERSION: string = sharp.versions.sharp ?? 'unknown';

/** What the header of a picture says. */
export interface ImageHeader {
  /** Pixels as stored, before any EXIF rotation. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
}

/** A decoded picture, which may be smaller than the stored one. */
export interface Decoded extends RgbImage {
  readonly storedWidth: number;
  readonly storedHeight: number;
}

/** Header of a picture; undefined when it cannot be read. Decodes nothing. */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader | undefined> {
  try {
    const { width, height, format } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, format };
  } catch {
    return undefined;
  }
}

/**
 * Decodes a picture: whole, or, when `shortSide` is given, at a quarter or an eighth where the format can and the
 * short side stays that long. Throws QueryError when the picture is broken, of no known format, or too large.
 */
export async function decode(bytes: Uint8Array, shortSide?: number): Promise<Decoded> {
  const frame = jpegFrame(bytes);
  const cmyk = frame?.components === 4;
  const scale = frame && shortSide ? jpegScale(Math.min(frame.width, frame.height), shortSide) : 1;
  try {
    let pixels = open(bytes);
    if (frame && scale > 1) {
      // A scale that libjpeg can decode at; the last fraction of a pixel is left to sharp.
      const size = { width: Math.floor(frame.width / scale), height: Math.floor(frame.height / scale) };
      pixels = pixels.resize({ ...size, fit: 'fill', kernel: 'linear' });
    }
    pixels = cmyk
      ? pixels.pipelineColourspace('cmyk').toColourspace('cmyk')
      : pixels.removeAlpha().toColourspace('srgb');
    const { data, info } = await pixels.raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const stored = scale > 1 && frame ? frame : info;
    return {
      data: cmyk ? cmykToRgb(data) : data,
      width,
      height,
      storedWidth: stored.width,
      storedHeight: stored.height,
    };
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

function open(bytes: Uint8Array): Sharp {
  // No ICC transform, no EXIF rotation and no blending of transparency, as in the original; the transform alone would triple the time.
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true });
}

function jpegScale(side: number, shortSide: number): number {
  // At a half, what the decoder saves goes to sharp's resize of the remainder.
  return [8, 4].find(scale => side / scale >= shortSide) ?? 1;
}

/** libvips repeats itself line by line; its first line says it. */
function failureOf(thrown: unknown): QueryError {
  const [reason = 'unknown reason'] = String(thrown instanceof Error ? thrown.message : thrown).split('\n');
  return reason.includes('pixel limit')
    ? new QueryError('image-too-large', `more than ${MAX_PIXELS} pixels`, { cause: thrown })
    : new QueryError('undecodable-image', `cannot be decoded: ${reason}`, { cause: thrown });
}
