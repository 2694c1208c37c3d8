/** A day of one call a second on two targets, hurried: what a call costs and what is kept in memory must not grow. SAMPLES=500000 makes it longer. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Step, Tenth } from './day-process.ts';
import { heading, say } from './print.ts';
import { timed } from './side-by-side.ts';

const day = fileURLToPath(new URL('day-process.ts', import.meta.url));
const program = fileURLToPath(new URL('../bin/resnet-bench.js', import.meta.url));
const DAY_SAMPLES = 2 * 86_400;
const PER_SECOND = 5_000;
const MB = 1_048_576;

export async function benchDay(): Promise<void> {
  const samples = Number(process.env.SAMPLES ?? DAY_SAMPLES);
  heading(`a run of ${samples} samples, ${PER_SECOND} a second, as large as those of a function`);
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-day-'));
  try {
    const tenths = await makeRun(samples, folder);
    const [first, last] = [tenths[1]!, tenths.at(-1)!];
    const per = (mb: number) => `${((mb * MB) / (last.samples - first.samples)).toFixed(1)} bytes a sample`;
    say(
      `  last tenth / second: CPU ${(last.cpuMicrosPerSample / first.cpuMicrosPerSample).toFixed(3)}` +
        `, heap ${(last.heapMb / first.heapMb).toFixed(3)} (${per(last.heapMb - first.heapMb)})` +
        `, resident ${(last.rssMb / first.rssMb).toFixed(3)} (${per(last.rssMb - first.rssMb)})`,
    );
    const [run] = await readdir(folder);
    for (const file of ['samples.ndjson', 'record.json'])
      say(`  ${file.padEnd(28)} ${((await stat(join(folder, run!, file))).size / MB).toFixed(1)} MB`);
    for (const format of ['table', 'md', 'csv', 'json']) await report(format, join(folder, run!));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeRun(samples: number, folder: string): Promise<Tenth[]> {
  const node = ['--expose-gc', '--import', import.meta.resolve('tsx'), day];
  const child = spawn(process.execPath, [...node, String(samples), String(PER_SECOND), folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>(resolve => child.on('close', resolve));
  const tenths: Tenth[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const told: Tenth | Step = JSON.parse(text);
    say('step' in told ? stepLine(told) : tenthLine(told));
    if ('tenth' in told) tenths.push(told);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return tenths;
}

function tenthLine({ tenth, samples, seconds, cpuMicrosPerSample, heapMb, rssMb }: Tenth): string {
  return (
    `  ${String(tenth).padStart(2)}/10  ${String(samples).padStart(7)} samples in ${seconds.toFixed(1).padStart(5)} s` +
    `   CPU a sample ${cpuMicrosPerSample.toFixed(1).padStart(6)} us` +
    `   heap ${heapMb.toFixed(2).padStart(6)} MB   resident ${rssMb.toFixed(1).padStart(6)} MB`
  );
}

function stepLine({ step, ms, cpuMs, peakMb }: Step): string {
  return `  ${step.padEnd(28)} ${inSeconds(ms)}   CPU ${inSeconds(cpuMs)}   ${peakText(peakMb)}`;
}

const peakText = (mb: number) => `peak ${mb.toFixed(0).padStart(5)} MB`;
const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(2).padStart(6)} s`;

/** Tells the most that was resident in the end, past what the program writes to stderr. */
const TELL_PEAK = `data:text/javascript,process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`;

async function report(format: string, run: string): Promise<void> {
  let told = '';
  const ms = await timed(async () => {
    const args = ['--import', TELL_PEAK, program, 'report', '--format', format, run];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const text of child.stderr.setEncoding('utf8')) told += text;
  });
  const peak = /peak (\d+)$/.exec(told)?.[1];
  if (peak === undefined) throw new Error(`no report: ${told}`);
  say(`  ${`report --format ${format}`.padEnd(28)} ${inSeconds(ms)}${peakText(Number(peak) / 1_024).padStart(36)}`);
}
