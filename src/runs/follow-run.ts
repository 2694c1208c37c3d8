/** A soak that another process makes, from what it writes into its folder: the events of the run, a little later. */
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordHead } from '../core/record.ts';
import { countWithin } from '../scenarios/schedule.ts';
import type { RunEvent } from './execute.ts';
import type { ListedRun } from './list-runs.ts';
import { readHead } from './read-run.ts';
import { SAMPLES_FILE } from './run-folder.ts';
import { parseRunLine } from './run-line-reader.ts';
import { hasLivingOwner } from './run-owner.ts';

/** A look is a read of what has been written since the last. */
const PACE_MS = 1_000;
const CHUNK_BYTES = 65_536;

export interface SoakTimes {
  readonly plannedByTarget: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

/** Whether it is a soak, and somebody is writing it. */
export function isLiveSoak({ file }: ListedRun, head: RecordHead | undefined): boolean {
  return head?.run.status === 'running' && soakTimes(head) !== undefined && hasLivingOwner(dirname(file));
}

/** As its options have them; undefined of what is no soak. */
export function soakTimes({ run, targets }: RecordHead): SoakTimes | undefined {
  const { intervalMs, durationMs } = run.options;
  if (run.command !== 'soak' || typeof intervalMs !== 'number' || typeof durationMs !== 'number') return undefined;
  const slots = (position: number) => countWithin(intervalMs, (position * intervalMs) / targets.length, durationMs);
  return { durationMs, plannedByTarget: new Map(targets.map(({ name }, i) => [name, slots(i)])) };
}

/** From its start to its end, or to that of its process, or until `signal` aborts. Throws SetupError when its record cannot be read. */
export async function* followRun({ file }: ListedRun, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
  const folder = dirname(file);
  const head = await readHead(file);
  yield { type: 'started', folder, head, clock: wallClockOf(head) };
  const lines = await open(join(folder, SAMPLES_FILE));
  try {
    const tail = new Tail(lines);
    for (;;) {
      // Asked first, so that what was written before the end is read.
      const goesOn = hasLivingOwner(folder);
      for await (const text of tail.lines()) {
        const line = parseRunLine(text);
        if ('sample' in line) yield { type: 'sample', ...line };
        else if ('incident' in line) yield { type: 'incident', ...line };
      }
      if (!goesOn || signal.aborted) break;
      await sleep(PACE_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await lines.close();
  }
  if (signal.aborted) return;
  const { status } = (await readHead(file)).run;
  yield { type: 'finished', folder, status: status === 'completed' ? status : 'interrupted' };
}

/** The run's clock as the wall clock tells it: right to what that was set since. */
function wallClockOf({ run }: RecordHead): { nowMs: () => number } {
  const { startedAt, offsetMs } = run.segments.at(-1)!;
  const startedMs = Date.parse(startedAt);
  return { nowMs: () => Date.now() - startedMs + offsetMs };
}

/** What has been added to a file since it was last looked at, by whole lines. */
class Tail {
  readonly #file: Awaited<ReturnType<typeof open>>;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(file: Awaited<ReturnType<typeof open>>) {
    this.#file = file;
  }

  async *lines(): AsyncGenerator<string, void> {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#file.read(chunk, 0, CHUNK_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const all = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
      const end = all.lastIndexOf(0x0a) + 1;
      this.#rest = all.subarray(end);
      yield* all.toString('utf8', 0, end).split('\n').filter(Boolean);
    }
  }
}
