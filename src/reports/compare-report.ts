/** A comparison of runs as text. */
import type { RunComparison } from './compare-runs.ts';
import type { Gate } from './gates.ts';
import type { TextFormat } from './index.ts';
import { layout } from './layout.ts';
import { escapeMarkup, gateBlocks, list, markdownCells } from './markdown.ts';
import { RUN_LEGEND, runCells, runVerdict } from './verdict-text.ts';

/** One comparison for each run that was set against the baseline. */
export function renderComparisons(
  comparisons: readonly RunComparison[],
  gates: readonly Gate[],
  format: TextFormat,
): string {
  switch (format) {
    case 'table':
      return `${comparisons.map(asTable).join('\n\n')}\n`;
    case 'md':
      return `${[...comparisons.flatMap(asMarkdown), ...gateBlocks(gates)].filter(Boolean).join('\n\n')}\n`;
    case 'json':
      return `${JSON.stringify(comparisons.map(asFigures), null, 2)}\n`;
  }
}

function notesOf({ mismatches, differences, disagreements, oneSided, failures }: RunComparison): string[] {
  return [
    ...mismatches.map(line => `NOT LIKE WITH LIKE  ${line}`),
    ...disagreements.map(line => `repeats  ${line}`),
    ...oneSided.map(({ text }) => `not compared  ${text}`),
    ...failures.map(line => `failed  ${line}`),
    ...differences.map(line => `unlike  ${line}`),
  ];
}

function asTable(comparison: RunComparison): string {
  const cells = runCells(comparison);
  return [
    runVerdict(comparison),
    cells.length > 1 ? `${layout(cells, 'right')}\n${RUN_LEGEND.join('\n')}` : '',
    notesOf(comparison).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function asMarkdown(comparison: RunComparison): string[] {
  const { baseline, other } = comparison;
  const cells = runCells(comparison);
  return [
    `## ${escapeMarkup(other.name)} against ${escapeMarkup(baseline.name)}`,
    `**${escapeMarkup(runVerdict(comparison))}**`,
    cells.length > 1 ? markdownCells(cells) : '',
    list([...notesOf(comparison), ...(cells.length > 1 ? RUN_LEGEND : [])].map(escapeMarkup)),
  ];
}

/** For a program. */
function asFigures(comparison: RunComparison): object {
  const { baseline, other, headline, ...rest } = comparison;
  const runs = ({ name, records }: typeof baseline) => ({ name, runs: records.map(({ run }) => run.id) });
  return {
    ...{ baseline: runs(baseline), other: runs(other), verdict: runVerdict(comparison) },
    ...(headline !== undefined && { headline: `${headline.target}.${headline.start}.${headline.timing}` }),
    ...rest,
  };
}
