/** A report made by a process of its own, so that whoever is being timed meanwhile is not held up. */
import { spawn } from 'node:child_process';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReportFormat } from '../reports/index.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/resnet-bench.js', import.meta.url));
/** A record of 200,000 samples takes some ten seconds on a busy machine. */
const LONGEST_MS = 120_000;

/** Its text, of a file that is gone once it is read; undefined when the record cannot be read. Ends when who asked has left. */
export async function makeReport(
  record: string,
  format: ReportFormat,
  asking: { once(event: 'close', listener: () => void): unknown },
): Promise<ReadStream | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-report-'));
  const drop = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'report');
  const code = await runReport(['report', record, '--format', format, '--to', file], asking);
  if (code !== 0) {
    await drop();
    return undefined;
  }
  const text = createReadStream(file);
  text.once('close', () => void drop());
  return text;
}

function runReport(args: readonly string[], asking: Parameters<typeof makeReport>[2]): Promise<number | null> {
  // Its options come from here alone.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RESNET_BENCH_')));
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore', env });
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  asking.once('close', () => child.kill('SIGKILL'));
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Gone already, or not allowed: then at the usual priority.
  }
  return new Promise(resolve => {
    child.once('error', () => resolve(null));
    child.once('close', code => {
      clearTimeout(late);
      resolve(code);
    });
  });
}
