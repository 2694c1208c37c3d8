/** What a file is by its first bytes, whatever its name says. Used by the page and by its server. */

export type PictureKind = 'jpeg' | 'png';

const SIGNATURES: Readonly<Record<PictureKind, readonly number[]>> = {
  jpeg: [0xff, 0xd8, 0xff],
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
};

/** Undefined for anything else. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const kinds = Object.entries(SIGNATURES) as [PictureKind, readonly number[]][];
  return kinds.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte))?.[0];
}
