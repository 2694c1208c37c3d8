/** CMYK, which print shops put into JPEGs, to RGB as Pillow does it: without a colour profile. */

/** Four bytes a pixel to three. Source: Pillow src/libImaging/Convert.c (cmyk2rgb). */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const white = 255 - cmyk[from + 3]!;
    for (let c = 0; c < 3; c++) rgb[to + c] = white - timesOver255(cmyk[from + c]!, white);
  }
  return rgb;
}

/** a * b / 255, rounded, in integers. */
function timesOver255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
