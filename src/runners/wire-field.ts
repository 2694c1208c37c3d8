/** Fields of JSON from outside: what has not the type it should have is unknown. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Far beyond any time or size that a function could tell, and sums of such are still numbers. */
const MOST = 1e12;
/** No name or id is longer. */
const LONGEST_WORDS = 1_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A time or a size. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST ? value : undefined;
}

export function count(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) > 0 ? amount(value) : undefined;
}

export function words(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_WORDS ? value : undefined;
}

/** Without what is undefined. */
export function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T;
export function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
