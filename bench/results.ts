/** What was measured, as it is kept in results.json: each comparison with its medians round by round, and the lines that are none. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Compared {
  readonly name: string;
  readonly unit: 'ms' | 'MB';
  /** Medians of all calls, and their ratio as a median over rounds with its first and ninth decile. */
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly spread: readonly [number, number];
  /** The greatest ratio that is right. */
  readonly budget?: number;
  /** A median a round, in the order of the rounds. */
  readonly oursByRound: readonly number[];
  readonly baselineByRound: readonly number[];
}

/** A line as it was printed. */
export interface Told {
  readonly text: string;
}

export interface Section {
  readonly heading: string;
  readonly rows: (Compared | Told)[];
}

export interface BenchResult {
  /** A day, ISO 8601. */
  readonly measured: string;
  readonly machine: string;
  readonly sections: readonly Section[];
}

/** By name of the benchmark. */
export type Results = Readonly<Record<string, BenchResult>>;

const FILE = fileURLToPath(new URL('results.json', import.meta.url));

/** Empty where nothing was kept yet. */
export function readResults(): Results {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw thrown;
  }
}

/** A row a line, so that two measurements can be compared by eye. */
export function writeResults(results: Results): void {
  const benches = Object.entries(results).map(([name, { measured, machine, sections }]) => {
    const written = sections.map(({ heading, rows }) => {
      const lines = rows.map(row => `          ${JSON.stringify(row)}`);
      return `      {\n        "heading": ${JSON.stringify(heading)},\n        "rows": [\n${lines.join(',\n')}\n        ]\n      }`;
    });
    const head = `    "measured": ${JSON.stringify(measured)},\n    "machine": ${JSON.stringify(machine)}`;
    return `  ${JSON.stringify(name)}: {\n${head},\n    "sections": [\n${written.join(',\n')}\n    ]\n  }`;
  });
  writeFileSync(FILE, `{\n${benches.join(',\n')}\n}\n`);
}

export function isCompared(row: Compared | Told): row is Compared {
  return 'ratio' in row;
}

/** Judged on the figure as it is shown. */
export function verdictOn({ ratio, budget }: Pick<Compared, 'ratio' | 'budget'>): 'met' | 'missed' | undefined {
  if (budget === undefined) return undefined;
  return Number(ratio.toFixed(3)) <= budget ? 'met' : 'missed';
}
