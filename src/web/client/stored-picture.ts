/** A picture as it is stored, which is how it is classified: without the EXIF data by which a browser would turn it upright. */
import { pictureKind } from './picture-kind.ts';

/** A range of bytes. */
type Stretch = readonly [from: number, to: number];

/** Throws when this browser cannot decode it. */
export async function storedBitmap(file: Blob): Promise<ImageBitmap> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = pictureKind(bytes);
  const without = kind === undefined ? [] : kind === 'jpeg' ? exifOfJpeg(bytes) : exifOfPng(bytes);
  return createImageBitmap(without.length === 0 ? file : leftOut(file, without));
}

function leftOut(file: Blob, stretches: readonly Stretch[]): Blob {
  const ends = [...stretches.map(([from]) => from), file.size];
  const starts = [0, ...stretches.map(([, to]) => to)];
  return new Blob(
    starts.map((start, i) => file.slice(start, ends[i])),
    { type: file.type },
  );
}

const [SEGMENT, APP1, START_OF_SCAN, FILL] = [0xff, 0xe1, 0xda, 0xff];
const EXIF = [0x45, 0x78, 0x69, 0x66, 0x00];

/** Segments before the picture itself, each with its length. Source: ITU T.81, B.1.1; Exif 2.3, 4.7.2. What is no segment ends the search. */
function exifOfJpeg(bytes: Uint8Array): Stretch[] {
  const found: Stretch[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === SEGMENT; ) {
    const marker = bytes[at + 1]!;
    if (marker === FILL) {
      at += 1;
      continue;
    }
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    const end = at + 2 + length;
    if (marker === START_OF_SCAN || length < 2 || end > bytes.length) break;
    if (marker === APP1 && holds(bytes, at + 4, EXIF)) found.push([at, end]);
    at = end;
  }
  return found;
}

const PNG_SIGNATURE_BYTES = 8;
/** Length, type and checksum around the data of a chunk. */
const CHUNK_BYTES = 12;
const EXIF_CHUNK = [0x65, 0x58, 0x49, 0x66];

/** Chunks up to the end of the file, before the picture's data or behind it. Source: PNG, third edition, 5.3 and 11.3.4.5. */
function exifOfPng(bytes: Uint8Array): Stretch[] {
  const view = new DataView(bytes.buffer);
  const found: Stretch[] = [];
  for (let at = PNG_SIGNATURE_BYTES; at + CHUNK_BYTES <= bytes.length; ) {
    const end = at + CHUNK_BYTES + view.getUint32(at);
    if (end > bytes.length) break;
    if (holds(bytes, at + 4, EXIF_CHUNK)) found.push([at, end]);
    at = end;
  }
  return found;
}

function holds(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}
