/** What a run or a report is judged by: thresholds, prices, traffic; and how it is told whether they held. */
import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, messageOf, SetupError, UsageError } from '../core/errors.ts';
import { PRICES } from '../core/prices.ts';
import { printable } from '../core/printable.ts';
import type { Threshold } from '../core/threshold.ts';
import type { CostTerms } from '../reports/cost.ts';
import { type Gate, gateCells } from '../reports/gates.ts';
import { layout } from '../reports/layout.ts';
import { readPrices } from '../runs/price-file.ts';

export interface JudgingOptions {
  readonly threshold?: readonly Threshold[];
  readonly githubSummary?: boolean;
  /** A file. */
  readonly prices?: string;
  readonly freeTier?: boolean;
}

export interface Judging {
  readonly thresholds: readonly Threshold[];
  readonly terms: CostTerms;
  /** Where the step summary of a GitHub workflow goes, when it is asked for. */
  readonly summaryFile: string | undefined;
  /** What a run that is resumed is to be judged by again, as its record tells it. */
  readonly recorded: Readonly<Record<string, unknown>>;
}

/** Refuses what no run of such targets could keep: before it is measured, not after. Throws UsageError. */
export function refuseUnkeepable({ thresholds }: Judging, targets: readonly string[]): void {
  for (const { text, subject } of thresholds) {
    if (subject.kind === 'regression') {
      throw new UsageError(
        `--threshold "${text}" is of two runs, and this makes one`,
        `resnet-bench compare BASELINE RUN --threshold '${text}'`,
      );
    }
    if (!targets.includes(subject.target)) {
      throw new UsageError(
        `--threshold "${text}" is of ${subject.target}, which this run does not measure`,
        `its targets: ${targets.join(', ')}`,
      );
    }
  }
}

/** Before anything is measured. Throws UsageError. */
export function judgingOf({ threshold = [], githubSummary, prices, freeTier }: JudgingOptions): Judging {
  const summaryFile = githubSummary === true ? process.env.GITHUB_STEP_SUMMARY : undefined;
  if (githubSummary === true && !summaryFile) {
    throw new UsageError(
      '--github-summary needs GITHUB_STEP_SUMMARY, which GitHub sets in a workflow',
      'leave it out elsewhere',
    );
  }
  return {
    thresholds: threshold,
    terms: { prices: prices === undefined ? PRICES : readPrices(prices), freeTier: freeTier === true },
    summaryFile,
    recorded: {
      ...(threshold.length > 0 && { thresholds: threshold.map(({ text }) => text) }),
      ...(prices !== undefined && { prices: resolve(prices) }),
      ...(githubSummary === true && { githubSummary }),
    },
  };
}

/** Tells what held, on stderr where stdout is for a program; returns the exit code. */
export function tellGates(gates: readonly Gate[], stream: NodeJS.WritableStream): number {
  if (gates.length === 0) return EXIT.ok;
  stream.write(printable(`\n${layout(gateCells(gates), 'left')}\n`));
  const missed = gates.filter(({ held }) => !held);
  if (missed.length === 0) return EXIT.ok;
  const names = missed.map(({ threshold }) => threshold.text).join(', ');
  const hint = 'the table of thresholds says what was measured, or why it is not known';
  process.stderr.write(
    printable(`error: ${missed.length} of ${gates.length} thresholds missed: ${names}\nhint: ${hint}\n`),
  );
  return EXIT.unmet;
}

/** Throws SetupError when it cannot be written. */
export function appendSummary(file: string | undefined, markdown: string): void {
  if (file === undefined) return;
  try {
    appendFileSync(file, `${markdown}\n`);
  } catch (thrown) {
    throw new SetupError(
      `the step summary cannot be written: ${messageOf(thrown)}`,
      'look at GITHUB_STEP_SUMMARY',
      thrown,
    );
  }
}
