/** The part of bench/README.md that is made from results.json: budgets first, then each benchmark. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { type Compared, isCompared, type Results, type Section, verdictOn } from './results.ts';

const PAGE = fileURLToPath(new URL('README.md', import.meta.url));
const START = '<!-- made from results.json by npm run bench -- --write -->';
const END = '<!-- end of what is made -->';

export function renderResults(results: Results): string {
  const budgets = Object.values(results).flatMap(({ sections }) =>
    sections.flatMap(({ heading, rows }) =>
      rows.filter(isCompared).flatMap(row => (row.budget === undefined ? [] : [budgetRow(heading, row)])),
    ),
  );
  const parts = Object.entries(results).map(
    ([name, { measured, machine, sections }]) =>
      `### ${name}\n\n${measured}, ${machine}\n\n${sections.map(renderSection).join('\n\n')}`,
  );
  const head = ['what', 'ratio [deciles]', 'budget', ''];
  const table = markdownTable([head, ...budgets], { padding: false, alignDelimiters: false });
  return `## Budgets\n\n${budgets.length > 0 ? table : 'None of these measurements is kept round by round.'}\n\n## Measured\n\n${parts.join('\n\n')}`;
}

/** The page with the results in place of those that stand in it. */
export function pageWith(results: Results, page = readFileSync(PAGE, 'utf8')): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error('bench/README.md has lost the marks between which its results stand');
  return `${before}${START}\n\n${renderResults(results)}\n\n${END}${after}`;
}

export function writePage(results: Results): void {
  writeFileSync(PAGE, pageWith(results));
}

function budgetRow(heading: string, row: Compared): string[] {
  return [`${cell(heading)}: ${cell(row.name)}`, ratioText(row), String(row.budget), verdictOn(row)!];
}

function renderSection({ heading, rows }: Section): string {
  const compared = rows.filter(isCompared);
  const told = rows.flatMap(row => (isCompared(row) ? [] : [row.text]));
  const head = ['', 'ours', 'against', 'ratio [deciles]', 'rounds', 'budget'];
  const table = markdownTable([head, ...compared.map(comparedRow)], { padding: false, alignDelimiters: false });
  return [
    heading,
    ...(compared.length > 0 ? [table] : []),
    ...(told.length > 0 ? [`\`\`\`\n${told.join('\n')}\n\`\`\``] : []),
  ].join('\n\n');
}

function comparedRow(row: Compared): string[] {
  const verdict = verdictOn(row);
  return [
    cell(row.name),
    amount(row.ours, row.unit),
    amount(row.baseline, row.unit),
    ratioText(row),
    String(row.oursByRound.length),
    verdict === undefined ? '' : `${row.budget}: ${verdict}`,
  ];
}

function ratioText({ ratio, spread: [low, high] }: Compared): string {
  return `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function amount(value: number, unit: Compared['unit']): string {
  return `${value.toFixed(value < 10 ? 2 : unit === 'ms' ? 1 : 0)} ${unit}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
