/** Where values stand in a chart, and which of them its axis names. */

/** 1, 2 or 5 times a power of ten that is not below `value`, which is above zero. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(times => times * power).find(bound => bound >= value) ?? value;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const FRAME: Frame = { width: 640, height: 200, left: 48, right: 8, top: 8, bottom: 24 };

export function across(share: number, { width, left, right }: Frame = FRAME): number {
  return left + share * (width - left - right);
}

/** A share of 0 stands at the bottom. */
export function above(share: number, { height, top, bottom }: Frame = FRAME): number {
  return height - bottom - share * (height - top - bottom);
}
