/** A picture made small enough to be sent, here in the browser, and no other way up than it is stored. */
import { storedBitmap } from './stored-picture.ts';

/** Sides that are tried; the model sees 224 pixels in any case. */
const SIDES = [2_048, 1_600, 1_280, 1_024, 768];
const QUALITY = 0.92;

/** A JPEG of at most so many bytes. Throws when this browser cannot decode the picture. */
export async function shrunk(file: Blob, mostBytes: number): Promise<Blob> {
  const picture = await storedBitmap(file);
  try {
    for (const side of SIDES) {
      const blob = await drawn(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
      if (blob.size <= mostBytes) return blob;
    }
    throw new Error('it could not be made small enough');
  } finally {
    picture.close();
  }
}

async function drawn(picture: ImageBitmap, scale: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser cannot draw');
  context.imageSmoothingQuality = 'high';
  // A JPEG knows no transparency.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  if (blob === null) throw new Error('this browser cannot write a JPEG');
  return blob;
}
