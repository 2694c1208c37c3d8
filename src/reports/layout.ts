/** Columns of text without borders. The one file that imports cli-table3. */
import Table from 'cli-table3';

const PARTS = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];
const BORDERLESS = Object.fromEntries(PARTS.map(part => [part, '']));

/** The first column to the left, the others as said; rows may end early. */
export function layout(rows: readonly (readonly string[])[], align: 'left' | 'right'): string {
  const columns = Math.max(...rows.map(row => row.length));
  const table = new Table({
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': 3, head: [], border: [] },
    colAligns: Array.from({ length: columns }, (_, i) => (i === 0 ? 'left' : align)),
  });
  table.push(...rows.map(row => [...row, ...Array<string>(columns - row.length).fill('')]));
  const lines = table.toString().split('\n');
  return lines.map(line => line.trimEnd()).join('\n');
}
