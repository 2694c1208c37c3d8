/** `resnet-bench import`: what k6 measured, as a run. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UsageError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { gatesOf } from '../../reports/gates.ts';
import { renderTable } from '../../reports/table.ts';
import { importK6 } from '../../runs/import-k6.ts';
import { readRecord } from '../../runs/read-run.ts';
import { RECORD_FILE } from '../../runs/run-folder.ts';
import { type JudgingOptions, judgingOf, tellGates } from '../judging.ts';
import { shortPath } from '../short-path.ts';
import { copyToStdout, writeToStdout } from '../stdout.ts';

export interface ImportOptions extends JudgingOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Returns the exit code: 4 when no call succeeded. */
export async function runImport(files: readonly string[], options: ImportOptions): Promise<number> {
  const { thresholds, terms } = judgingOf(options);
  for (const file of files) {
    if (!existsSync(file)) throw new UsageError(`no such file: ${file}`, 'name what k6 run --out json=FILE wrote');
    if (!statSync(file).isFile()) throw new UsageError(`${file} is not a file`, 'name the file that k6 wrote');
  }
  const folder = await importK6(files, options.out);
  const file = join(folder, RECORD_FILE);
  const record = await readRecord(file);
  const gates = gatesOf(record, thresholds, terms);
  if (options.json === true) await copyToStdout(file);
  else await writeToStdout([renderTable(record, { terms, gates }), printable(`\nrecord  ${shortPath(folder)}\n`)]);
  const held = tellGates(gates, options.json === true ? process.stderr : process.stdout);
  if (record.targets.some(({ samples }) => samples.some(({ outcome }) => outcome.ok))) return held;
  process.stderr.write('error: nothing succeeded\nhint: resnet-bench report --format csv names what failed, and why\n');
  return EXIT.unmet;
}
