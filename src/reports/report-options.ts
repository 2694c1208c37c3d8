/** What a reader may choose of a report beside its run. */
import { PRICES } from '../core/prices.ts';
import type { Traffic } from '../core/traffic.ts';
import type { CostTerms } from './cost.ts';
import type { Gate } from './gates.ts';

export interface ReportOptions {
  readonly terms: CostTerms;
  readonly traffic?: Traffic | undefined;
  readonly gates: readonly Gate[];
}

export const DEFAULT_REPORT: ReportOptions = { terms: { prices: PRICES, freeTier: false }, gates: [] };
