/** Whether a soak that was killed again and again is what it would have been otherwise. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord, Target } from '../src/core/record.ts';
import { readRecord } from '../src/runs/read-run.ts';
import { INTERVAL_MS, type KilledSoak, SLOTS, TARGETS, wholeLines } from './killed-soak.ts';

export interface Findings {
  /** Slots of all targets. */
  readonly planned: number;
  readonly present: number;
  /** Not sent, and said so. */
  readonly missed: number;
  readonly twice: number;
  readonly leftProcesses: number;
  readonly leftFiles: number;
  /** One, and one more for each time that it went on. */
  readonly segments: number;
  readonly wrong: string[];
}

const NOTHING = { planned: TARGETS.length * SLOTS, present: 0, missed: 0, twice: 0, segments: 0 };

export async function checkRun(soak: KilledSoak): Promise<Findings> {
  const processes = await processesLeft(soak);
  const folder = await soak.folder();
  if (folder === undefined) {
    return { ...NOTHING, leftProcesses: processes.length, leftFiles: 0, wrong: ['there is no run', ...processes] };
  }
  const files = (await readdir(folder)).filter(name => !['record.json', 'samples.ndjson'].includes(name));
  const record = await readRecord(join(folder, 'record.json'));
  const slots = TARGETS.map((name, position) => checkTarget(record, name, (position * INTERVAL_MS) / TARGETS.length));
  const sum = (of: 'present' | 'missed' | 'twice') => slots.reduce((total, target) => total + target[of], 0);
  const { status, segments } = record.run;
  const kept = (await wholeLines(folder)).startsWith(soak.linesAtLastKill);
  return {
    ...NOTHING,
    present: sum('present'),
    missed: sum('missed'),
    twice: sum('twice'),
    leftProcesses: processes.length,
    leftFiles: files.length,
    segments: segments.length,
    wrong: [
      ...slots.flatMap(({ wrong }) => wrong),
      ...processes,
      ...files.map(name => `left behind: ${name}`),
      ...(status === 'completed' ? [] : [`the run is ${status}`]),
      ...(kept ? [] : ['samples of before the last kill are gone or changed']),
      ...(ascending(segments.map(({ offsetMs }) => offsetMs)) ? [] : ['the stretches are out of order']),
    ],
  };
}

/** `firstMs`: when its first slot is, after the beginning. */
function checkTarget(record: RunRecord, name: string, firstMs: number) {
  const target = record.targets.find(target => target.name === name);
  const samples = target?.samples ?? [];
  const times = new Map<number, number>();
  for (const { seq } of samples) times.set(seq, (times.get(seq) ?? 0) + 1);
  const missed = missedSlots(record, name);
  for (const seq of missed) times.set(seq, (times.get(seq) ?? 0) + 1);
  const slots = Array.from({ length: SLOTS }, (_, seq) => seq);
  const absent = slots.filter(seq => !times.has(seq));
  const twice = [...times].filter(([, count]) => count > 1).map(([seq]) => seq);
  const beyond = [...times.keys()].filter(seq => seq >= SLOTS);
  return {
    present: new Set(samples.map(({ seq }) => seq)).size,
    missed: missed.length,
    twice: twice.length,
    wrong: [
      absent.length > 0 && `${name}: neither sent nor missed: ${absent.join(' ')}`,
      twice.length > 0 && `${name}: more than once: ${twice.join(' ')}`,
      beyond.length > 0 && `${name}: not in the schedule: ${beyond.join(' ')}`,
      ...offSchedule(record, samples, firstMs).map(what => `${name}: ${what}`),
    ].filter(what => what !== false),
  };
}

function missedSlots({ incidents = [] }: RunRecord, name: string): number[] {
  return incidents.flatMap(incident =>
    incident.kind === 'missed' && incident.target === name
      ? Array.from({ length: incident.count }, (_, i) => incident.firstSeq + i)
      : [],
  );
}

function offSchedule({ run: { beganMs = Number.NaN } }: RunRecord, samples: Target['samples'], firstMs: number) {
  return samples.flatMap(({ seq, scheduledMs, issuedMs, outcome }) => {
    const dueMs = beganMs + firstMs + seq * INTERVAL_MS;
    if (scheduledMs !== dueMs) return [`slot ${seq} was due at ${dueMs} ms and planned for ${scheduledMs}`];
    if (issuedMs < scheduledMs) return [`slot ${seq} left ${scheduledMs - issuedMs} ms early`];
    return outcome.ok ? [] : [`slot ${seq} failed: ${outcome.error.message}`];
  });
}

function ascending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value >= values[i - 1]!);
}

/** What the emulator promises for when its parent dies. */
const GONE_MS = 2_000;

async function processesLeft({ marked }: KilledSoak): Promise<string[]> {
  for (const end = performance.now() + GONE_MS; performance.now() < end && marked.processes().size > 0; )
    await sleep(50);
  return [...marked.processes()].map(([pid, command]) => `process ${pid} is left: ${command.split('\n')[0]}`);
}
