/** `open-loop-process.ts JOB`: an open loop over a runner that answers after a while, as a process of its own. `issue-delay.ts` starts it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { showSchedule } from '../src/cli/show-run.ts';
import { startClock } from '../src/core/clock.ts';
import type { Sample } from '../src/core/record.ts';
import { NullRunner } from '../src/runners/null.ts';
import { execute } from '../src/runs/execute.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { openLoop } from '../src/scenarios/open-loop.ts';
import { every, within } from '../src/scenarios/schedule.ts';
import { callTimes } from './call-times.ts';
import { pictures } from './inputs.ts';

export interface Job {
  /** `timers`: no code of ours. `alone`: nothing is kept of a sample but its times. `folder`: a whole run. `view`: and it is shown. */
  readonly mode: 'timers' | 'alone' | 'folder' | 'view';
  readonly intervalMs: number;
  readonly calls: number;
  readonly answerMs: number;
  /** After a whole second by the wall clock: so that several at once do not call at the same moments. */
  readonly phaseMs?: number;
  /** Where the times go. */
  readonly file: string;
}

/** As a soak does. */
const LEAD_MS = 20;

const { mode, intervalMs, calls, answerMs, phaseMs, file }: Job = JSON.parse(process.argv[2]!);
const durationMs = intervalMs * calls;
const runner = new NullRunner({ delayMs: answerMs });
// However late: a call that is left out would be missing from the delays.
const scenario = openLoop({ schedule: within(every(intervalMs), durationMs) });
const images = await loadImages(pictures().slice(0, 1));
const { signal } = new AbortController();
if (phaseMs !== undefined) await sleep(1_000 + phaseMs - ((Date.now() + LEAD_MS) % 1_000));
const samples = await (mode === 'timers' ? bare() : mode === 'alone' ? drive() : run());
const times = callTimes(samples.sort((a, b) => a.seq - b.seq));
await writeFile(file, JSON.stringify(times));

type Times = Pick<Sample, 'seq' | 'scheduledMs' | 'issuedMs' | 'completedMs'>;

function timesOf({ seq, scheduledMs, issuedMs, completedMs }: Sample): Times {
  return { seq, scheduledMs, issuedMs, completedMs };
}

/** The least that can be done: what the system's timers are worth at this moment. */
async function bare(): Promise<Times[]> {
  const beganMs = Math.ceil(performance.now() + LEAD_MS);
  const kept: Promise<Times>[] = [];
  for (let seq = 0; seq < calls; seq++) {
    const scheduledMs = beganMs + seq * intervalMs;
    while (performance.now() < scheduledMs) await sleep(Math.ceil(scheduledMs - performance.now()));
    const issuedMs = performance.now();
    kept.push(sleep(answerMs).then(() => ({ seq, scheduledMs, issuedMs, completedMs: performance.now() })));
  }
  return Promise.all(kept);
}

async function drive(): Promise<Times[]> {
  const clock = startClock();
  await runner.start();
  const kept: Times[] = [];
  const beganMs = Math.ceil(clock.nowMs() + LEAD_MS);
  for await (const sample of scenario.drive({ runner, images, clock, beganMs, signal })) kept.push(timesOf(sample));
  return kept;
}

async function run(): Promise<Times[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'resnet-bench-run-'));
  const targets = [{ name: 'bench', runner, scenario, slots: calls }];
  const plan = { command: 'bench', targets, images, outDir, options: { intervalMs, durationMs } };
  const shown = mode === 'view' ? await showSchedule(plan, durationMs, undefined) : undefined;
  const kept: Times[] = [];
  try {
    for await (const event of execute(plan, signal)) {
      shown?.show(event);
      if (event.type === 'sample') kept.push(timesOf(event.sample));
    }
    return kept;
  } finally {
    shown?.stop();
    await rm(outDir, { recursive: true, force: true });
  }
}
