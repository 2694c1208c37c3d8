/** What the harness adds: a whole run (run folder, a line a sample on disk, events) against the runner alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../src/core/record.ts';
import type { Runner } from '../src/core/runner.ts';
import { NullRunner } from '../src/runners/null.ts';
import { execute } from '../src/runs/execute.ts';
import { loadImages } from '../src/runs/load-images.ts';
import { closedLoop } from '../src/scenarios/closed-loop.ts';
import { pictures } from './inputs.ts';
import { heading, say } from './print.ts';
import { median } from './side-by-side.ts';

/** The measured samples of a run with that runner. */
export async function samplesOfRun(runner: Runner, iterations: number, warmup: number): Promise<Sample[]> {
  const outDir = await mkdtemp(join(tmpdir(), 'resnet-bench-run-'));
  try {
    const images = await loadImages(pictures().slice(0, 1));
    const scenario = closedLoop({ iterations, warmup });
    const targets = [{ name: 'bench', runner, scenario }];
    const plan = { command: 'bench', targets, images, outDir, options: {} };
    const samples: Sample[] = [];
    for await (const event of execute(plan, new AbortController().signal)) {
      if (event.type === 'sample' && event.sample.phase === 'measured' && event.sample.start !== 'cold')
        samples.push(event.sample);
    }
    return samples;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

/** From one answer to the next question, with a runner that answers at once: all that is ours. */
export async function benchHarness(): Promise<void> {
  heading('the harness, with a runner that answers at once');
  const samples = await samplesOfRun(new NullRunner({ delayMs: 0 }), 20_000, 1000);
  const service = samples.map(({ issuedMs, completedMs }) => completedMs - issuedMs);
  const between = samples.slice(1).map(({ issuedMs }, i) => issuedMs - samples[i]!.completedMs);
  say(`  around the query, within its time     ${(median(service) * 1000).toFixed(1)} us (p50 of ${samples.length})`);
  say(`  between two queries, disk included    ${(median(between) * 1000).toFixed(1)} us`);
}
