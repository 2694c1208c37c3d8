/** `resnet-bench doctor`: what stands in the way of good figures, each with the command that mends it. */
import pc from 'picocolors';
import { EXIT } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { examine } from '../../doctor/examine.ts';
import type { Finding, Mark } from '../../doctor/finding.ts';
import { oneFunction } from '../stack-options.ts';

export interface DoctorOptions {
  readonly url?: string;
  readonly function?: string;
  readonly stack?: string;
  readonly model?: string;
  readonly json?: boolean;
}

const MARKS: Readonly<Record<Mark, string>> = {
  ok: pc.green('✓'),
  note: pc.dim('·'),
  warning: pc.yellow('!'),
  broken: pc.red('✗'),
};
/** As wide as the longest name. */
const NAME_COLUMNS = 13;

/** Returns the exit code: 3 when something is broken. */
export async function runDoctor(
  asked: DoctorOptions,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const { json = false, function: functionName, ...options } = oneFunction(asked, given);
  const findings: Finding[] = [];
  for await (const finding of examine({ ...options, ...(functionName !== undefined && { functionName }) }, signal)) {
    findings.push(finding);
    if (!json) process.stdout.write(lineOf(finding));
  }
  const count = (mark: Mark) => findings.filter(finding => finding.mark === mark).length;
  const [broken, warnings] = [count('broken'), count('warning')];
  if (json) process.stdout.write(`${JSON.stringify({ ok: broken === 0, findings }, null, 2)}\n`);
  else process.stdout.write(`\n${summary(broken, warnings)}\n`);
  return broken === 0 ? EXIT.ok : EXIT.setup;
}

function lineOf({ name, mark, fact, mend }: Finding): string {
  const margin = ' '.repeat(NAME_COLUMNS + 2);
  const line = `${MARKS[mark]} ${name.padEnd(NAME_COLUMNS)}${printable(fact)}\n`;
  return mend === undefined ? line : `${line}${margin}${pc.dim('->')} ${printable(mend)}\n`;
}

function summary(broken: number, warnings: number): string {
  const things = warnings === 1 ? '1 warning' : `${warnings} warnings`;
  if (broken > 0) return pc.red(`${broken} broken, ${things}: what is marked ✗ must be mended first`);
  return warnings > 0 ? pc.yellow(`nothing is broken, ${things}`) : pc.green('all is well');
}
