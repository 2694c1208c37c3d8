/** A price list of one's own: what `resnet-bench cost --show-prices` prints, changed. */
import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '../core/errors.ts';
import { type PriceList, priceListSchema } from '../core/prices.ts';

/** Throws UsageError when it cannot be read, or is none. */
export function readPrices(file: string): PriceList {
  const hint = 'start from what resnet-bench cost --show-prices prints';
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UsageError(`--prices ${file} cannot be read: ${messageOf(thrown)}`, hint);
  }
  const result = priceListSchema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new UsageError(`--prices ${file} is no price list: ${path.join('.') || 'it'}: ${message}`, hint);
}
