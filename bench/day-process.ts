/** `day-process.ts SAMPLES PER_SECOND FOLDER`: a run as `soak` makes it, hurried; tells a line of JSON for each tenth and for its end. `day.ts` starts it. */
import { join } from 'node:path';
import { showSchedule } from '../src/cli/show-run.ts';
import { renderTable } from '../src/reports/table.ts';
import { execute } from '../src/runs/execute.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { readRecord } from '../src/runs/read-run.ts';
import { openLoop } from '../src/scenarios/open-loop.ts';
import { every, within } from '../src/scenarios/schedule.ts';
import { AnsweringRunner } from './answering-runner.ts';
import { pictures } from './inputs.ts';

export interface Tenth {
  readonly tenth: number;
  readonly samples: number;
  readonly seconds: number;
  readonly cpuMicrosPerSample: number;
  /** After everything that is unreachable was taken away. */
  readonly heapMb: number;
  readonly rssMb: number;
}

export interface Step {
  readonly step: 'finishing' | 'reading it back' | 'the table';
  readonly ms: number;
  readonly cpuMs: number;
  /** The most that was resident so far. */
  readonly peakMb: number;
}

const [samples = 0, perSecond = 0] = process.argv.slice(2, 4).map(Number);
const outDir = process.argv[4]!;
const TARGETS = ['lambda', 'local'];
const MB = 1_048_576;

const tell = (line: Tenth | Step) => process.stdout.write(`${JSON.stringify(line)}\n`);
const cpuMs = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

const intervalMs = (1_000 * TARGETS.length) / perSecond;
const durationMs = (1_000 * samples) / perSecond;
const targets = TARGETS.map((name, i) => {
  const schedule = within(every(intervalMs, (i * intervalMs) / TARGETS.length), durationMs);
  return { name, runner: new AnsweringRunner(), scenario: openLoop({ schedule }), slots: samples / TARGETS.length };
});
const images = await loadImages(pictures());
const plan = { command: 'bench', targets, images, outDir, options: { intervalMs, durationMs } };
const shown = await showSchedule(plan, durationMs, undefined);

let count = 0;
let began = { ms: performance.now(), cpuMs: cpuMs(), samples: 0 };
let folder = '';
for await (const event of execute(plan, new AbortController().signal)) {
  shown.show(event);
  if ('folder' in event) folder = event.folder;
  if (event.type === 'started') began = { ms: performance.now(), cpuMs: cpuMs(), samples: 0 };
  if (event.type === 'sample' && ++count % Math.ceil(samples / 10) === 0) tellTenth();
  if (event.type === 'finished') tellStep('finishing');
}
shown.stop();
const record = await readRecord(join(folder, 'record.json'));
tellStep('reading it back');
renderTable(record);
tellStep('the table');

function tellTenth(): void {
  const used = { ms: performance.now() - began.ms, cpuMs: cpuMs() - began.cpuMs, samples: count - began.samples };
  globalThis.gc!();
  const { heapUsed, rss } = process.memoryUsage();
  tell({
    tenth: Math.round((10 * count) / samples),
    samples: count,
    seconds: used.ms / 1_000,
    cpuMicrosPerSample: (1_000 * used.cpuMs) / used.samples,
    heapMb: heapUsed / MB,
    rssMb: rss / MB,
  });
  began = { ms: performance.now(), cpuMs: cpuMs(), samples: count };
}

function tellStep(step: Step['step']): void {
  const used = { ms: performance.now() - began.ms, cpuMs: cpuMs() - began.cpuMs };
  tell({ step, ...used, peakMb: process.resourceUsage().maxRSS / 1_024 });
  began = { ms: performance.now(), cpuMs: cpuMs(), samples: count };
}
