/** `resnet-bench compare`: runs against each other. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { renderComparisons } from '../../reports/compare-report.ts';
import { compareRuns, type RunSide } from '../../reports/compare-runs.ts';
import { comparisonGates, type Gate } from '../../reports/gates.ts';
import type { TextFormat } from '../../reports/index.ts';
import { findRecord, readRecord } from '../../runs/read-run.ts';
import { appendSummary, type JudgingOptions, judgingOf, tellGates } from '../judging.ts';
import { writeToStdout } from '../stdout.ts';

export interface CompareOptions extends JudgingOptions {
  readonly format: TextFormat;
  readonly baseline?: string;
  readonly out: string;
}

/** Returns the exit code. */
export async function runCompare(runs: readonly string[], options: CompareOptions): Promise<number> {
  const { format, out } = options;
  const { thresholds, terms, summaryFile } = judgingOf(options);
  const names = sidesOf(runs, options.baseline);
  const sides: RunSide[] = [];
  const seen = new Map<string, string>();
  for (const name of names) sides.push(await readSide(name, out, seen));
  const [baseline, ...others] = sides as [RunSide, ...RunSide[]];
  const comparisons = others.map(other => compareRuns(baseline, other));
  const gates = comparisons.flatMap((comparison): Gate[] =>
    comparisonGates(comparison, thresholds, terms).map(gate =>
      comparisons.length === 1 ? gate : ofRun(gate, comparison.other.name),
    ),
  );
  const text = renderComparisons(comparisons, gates, format);
  await writeToStdout([format === 'table' ? printable(text) : text]);
  appendSummary(summaryFile, renderComparisons(comparisons, gates, 'md'));
  return tellGates(gates, format === 'table' ? process.stdout : process.stderr);
}

/** The baseline first. */
function sidesOf(runs: readonly string[], baseline: string | undefined): readonly string[] {
  const sides = baseline === undefined ? runs : [baseline, ...runs.filter(run => run !== baseline)];
  if (sides.length > 1) return sides;
  throw new UsageError(
    'it takes two runs to compare',
    'resnet-bench compare BASELINE RUN; repeats of one: A1,A2 B1,B2',
  );
}

/** One run, or several with commas between: repeats of the same. Throws UsageError for one that was named before. */
async function readSide(name: string, out: string, seen: Map<string, string>): Promise<RunSide> {
  const parts = existsSync(name) ? [name] : name.split(',');
  const records = [];
  for (const part of parts) {
    const file = findRecord(part, out);
    const record = await readRecord(file);
    const earlier = seen.get(resolve(file));
    if (earlier !== undefined) throw new UsageError(`${part} is ${earlier} again`, 'a run says nothing against itself');
    seen.set(resolve(file), part);
    records.push(record);
  }
  const ids = records.map(({ run }) => run.id);
  const short = parts.length === 1 && !existsSync(name) ? name : ids.join(',');
  return { name: short === '' ? basename(dirname(name)) : short, records };
}

/** Of several comparisons each gate says which run it is of. */
function ofRun({ threshold, ...rest }: Gate, run: string): Gate {
  return { threshold: { ...threshold, text: `${run}: ${threshold.text}` }, ...rest };
}
