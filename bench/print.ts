/** How a comparison is printed: medians, the ratio with its spread, and the budget where there is one. */
import type { Comparison } from './side-by-side.ts';

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints a line; `budget` is the greatest ratio that is right, judged on the figure as printed. */
export function line(name: string, comparison: Omit<Comparison, 'means'>, budget?: number): void {
  const { medianMs, baselineMs, ratio, spread, rounds } = comparison;
  const verdict =
    budget === undefined ? '' : `   budget ${budget}: ${Number(ratio.toFixed(3)) <= budget ? 'met' : 'MISSED'}`;
  console.log(
    `  ${name.padEnd(44)} ${ms(medianMs)} / ${ms(baselineMs)} = ${ratio.toFixed(3)} [${spread[0].toFixed(3)}, ${spread[1].toFixed(3)}]` +
      ` over ${rounds} rounds${verdict}`,
  );
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`.padStart(9);
}
