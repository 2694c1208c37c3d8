/** What AWS charges for a call, as it was published; prices change, and nothing here is a bill. */

/** US dollars in us-east-1, the first tier, without the free one. Sources: AWS Lambda pricing, Amazon API Gateway pricing. */
export const PRICES = {
  asOf: '2026-11-23',
  region: 'us-east-1',
  /** For a gigabyte of 1024 MB and a second, on x86_64. */
  lambdaGbSecondUsd: 0.000_016_666_7,
  lambdaRequestUsd: 0.2e-6,
  /** For each begun 512 KB of a request. */
  httpApiUnitUsd: 1e-6,
  httpApiUnitBytes: 512 * 1024,
} as const;

export interface PricedCall {
  readonly billedMs: number;
  readonly memoryMb: number;
  /** An HTTP API costs on top; Function URL and Invoke do not. */
  readonly frontDoor?: 'url' | 'http-api' | 'invoke' | undefined;
  readonly requestBytes?: number | undefined;
}

/** US dollars of one call to a function on x86_64. */
export function callCostUsd({ billedMs, memoryMb, frontDoor, requestBytes = 0 }: PricedCall): number {
  const computeUsd = (billedMs / 1_000) * (memoryMb / 1_024) * PRICES.lambdaGbSecondUsd;
  const units = frontDoor === 'http-api' ? Math.max(1, Math.ceil(requestBytes / PRICES.httpApiUnitBytes)) : 0;
  return computeUsd + PRICES.lambdaRequestUsd + units * PRICES.httpApiUnitUsd;
}
