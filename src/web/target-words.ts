/** What a target is, in a line: of a function its size and door, then model, threads and preprocessing. */
import type { TargetInfo } from '../core/record.ts';
import { describeFunction, describeTarget } from '../reports/target-facts.ts';
import type { TargetName } from './client/answers.ts';

export function targetWords(name: TargetName, info: TargetInfo): string {
  const described = { name, info, samples: [], summary: { failed: {} }, warnings: [] };
  return [describeFunction(described), describeTarget(described)].filter(Boolean).join(' · ');
}
