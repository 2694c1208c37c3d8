/** How what is measured is printed, and kept for results.json. */
import { type Compared, type Section, verdictOn } from './results.ts';
import type { Comparison } from './side-by-side.ts';

let sections: Section[] = [];

/** What was printed since this was last asked. */
export function takeSections(): Section[] {
  const taken = sections;
  sections = [];
  return taken;
}

export function heading(text: string): void {
  console.log(`\n${text}`);
  sections.push({ heading: text, rows: [] });
}

/** A line that is no comparison. */
export function say(text: string): void {
  console.log(text);
  keep({ text });
}

/** Prints a comparison; `budget` is the greatest ratio that is right, judged on the figure as printed. */
export function line(
  name: string,
  comparison: Omit<Comparison, 'means'>,
  budget?: number,
  unit: 'ms' | 'MB' = 'ms',
): void {
  const { median, baseline, ratio, spread, byRound } = comparison;
  const judged = verdictOn({ ratio, ...(budget !== undefined && { budget }) });
  const verdict = judged === undefined ? '' : `   budget ${budget}: ${judged === 'met' ? 'met' : 'MISSED'}`;
  const shown = unit === 'ms' ? ms : megabytes;
  console.log(
    `  ${name.padEnd(44)} ${shown(median)} / ${shown(baseline)} = ${ratio.toFixed(3)} [${spread[0].toFixed(3)}, ${spread[1].toFixed(3)}]` +
      ` over ${byRound.ours.length} rounds${verdict}`,
  );
  keep({
    ...{ name, unit, ours: short(median), baseline: short(baseline), ratio: short(ratio) },
    spread: [short(spread[0]), short(spread[1])],
    ...(budget !== undefined && { budget }),
    oursByRound: byRound.ours.map(short),
    baselineByRound: byRound.baseline.map(short),
  });
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`.padStart(9);
}

function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`.padStart(9);
}

function keep(row: Compared | { text: string }): void {
  if (sections.length === 0) sections.push({ heading: '', rows: [] });
  sections.at(-1)!.rows.push(row);
}

/** To the microsecond, or thousandth. */
function short(value: number): number {
  return Number(value.toFixed(3));
}
