/** Pictures for tests: files of fixtures/, and some made on the spot. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

export const ODD = [
  ...['16-bit.png', '1x1.png', '1x5000.png', '5000x1.png', 'alpha.png', 'baseline.jpg', 'cmyk.jpg'],
  ...['exif-rotated.jpg', 'grey-alpha.png', 'grey.jpg', 'grey.png', 'icc-profile.jpg', 'palette.png'],
  ...['photograph.webp', 'progressive.jpg', 'wrong-extension.png'],
];

export function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** A PNG of one colour. */
export function solidPng(background: { r: number; g: number; b: number }, width = 300, height = 260): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A photograph of the fixtures as a JPEG of another size. */
export async function jpegOfSize(width: number, height: number): Promise<Buffer> {
  const source = sharp(await fixture('images/seashore.jpg')).resize({ width, height, fit: 'fill' });
  return source.jpeg({ quality: 90 }).toBuffer();
}

/** A JPEG without its segments of one marker: 0xe1 is Exif, 0xe2 an ICC profile. */
export function withoutSegments(jpeg: Buffer, marker: number): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== marker) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}
