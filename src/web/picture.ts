/** The body of a request to classify: the contract's, checked before anything is done with it. */
import { createHash } from 'node:crypto';
import type { Image } from '../core/image.ts';
import { pictureKind } from './client/picture-kind.ts';
import { Refusal } from './refusal.ts';

const HINT = 'send {"image": "<base64 of a JPEG or PNG>"}';
const DATA_URL = /^data:image\/[\w.+-]+;base64,/i;

/** Throws Refusal for anything but a JPEG or PNG in base64. */
export function pictureOf(body: unknown): Image {
  const image = typeof body === 'object' && body !== null && 'image' in body ? body.image : undefined;
  if (typeof image !== 'string') throw new Refusal(400, 'the request holds no "image"', HINT);
  const bytes = decoded(image.slice(DATA_URL.exec(image.slice(0, 100))?.[0].length ?? 0));
  const kind = pictureKind(bytes);
  if (kind === undefined) {
    throw new Refusal(400, 'this is neither a JPEG nor a PNG, whatever its name says', 'choose a picture');
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: `picture.${kind === 'jpeg' ? 'jpg' : kind}`, bytes, sha256, format: kind };
}

/** Node leaves out what is no base64, so bytes are missing exactly when there was something else. */
function decoded(text: string): Buffer {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length !== Math.floor(((text.length - padding) * 3) / 4)) {
    throw new Refusal(400, '"image" is not base64', HINT);
  }
  return bytes;
}
