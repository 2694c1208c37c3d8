/** `resnet-bench cost`: what the calls of runs cost. */

import { printable } from '../../core/printable.ts';
import type { Traffic } from '../../core/traffic.ts';
import { renderCost } from '../../reports/cost-report.ts';
import type { TextFormat } from '../../reports/index.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';
import { type JudgingOptions, judgingOf } from '../judging.ts';
import { writeToStdout } from '../stdout.ts';

export interface CostOptions extends JudgingOptions {
  readonly format: TextFormat;
  readonly traffic?: Traffic;
  readonly showPrices?: boolean;
  readonly out: string;
}

export async function runCost(runs: readonly string[], options: CostOptions): Promise<void> {
  const { format, traffic, out } = options;
  const { terms } = judgingOf(options);
  if (options.showPrices === true) return writeToStdout([`${JSON.stringify(terms.prices, null, 2)}\n`]);
  const files = runs.length === 0 ? [findRecord(undefined, out)] : runs.map(run => findRecord(run, out));
  for (const [i, file] of files.entries()) {
    const text = renderCost(await readRecord(file), { terms, traffic, gates: [] }, format);
    await writeToStdout([i === 0 ? '' : '\n', format === 'table' ? printable(text) : text]);
  }
}
