/** What the image weighs above AWS's base image, part by part, against the budget. */
import { PARTS, type TaskRoot } from './task-root.ts';

/** MB of 1,000,000 bytes, uncompressed, model included; by what the model computes in. */
const BUDGETS_MB = { float32: 200, int8: 120 } as const;

/** Undefined for a precision that has no budget. */
export function budgetMb(precision: string): number | undefined {
  if (precision === 'float32') return BUDGETS_MB.float32;
  return precision.startsWith('int8') ? BUDGETS_MB.int8 : undefined;
}

export function totalBytes({ bytes }: Pick<TaskRoot, 'bytes'>): number {
  return Object.values(bytes).reduce((sum, value) => sum + value, 0);
}

export function sizeTable(taskRoot: Pick<TaskRoot, 'bytes'>, precision: string): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1).padStart(8);
  const rows = PARTS.map(part => `${part.padEnd(20)}${mb(taskRoot.bytes[part])} MB`);
  const total = totalBytes(taskRoot);
  const budget = budgetMb(precision);
  const verdict =
    budget === undefined
      ? `   no budget for ${precision}`
      : `   budget ${budget} MB (${precision}): ${total <= budget * 1e6 ? 'met' : 'MISSED'}`;
  return [...rows, `${'above the base image'.padEnd(20)}${mb(total)} MB${verdict}`].join('\n');
}
