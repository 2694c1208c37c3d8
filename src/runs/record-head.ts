/** The record without its samples: as it stands while the run goes on, what the answers add to it, and as it ends. */
import { readFileSync } from 'node:fs';
import {
  type Incident,
  type Machine,
  type RecordHead,
  type Run,
  SCHEMA_VERSION,
  type Summary,
  type TargetInfo,
  type Warning,
} from '../core/record.ts';
import type { Learned } from '../core/runner.ts';
import type { RunPlan } from './run-plan.ts';
import { warningsOf } from './warnings.ts';

/** `infos` by target, in their order; `beganMs` on the run's clock. */
export function newHead(
  plan: RunPlan,
  { id, startedAt, beganMs }: { id: string; startedAt: Date; beganMs: number },
  machine: Machine,
  infos: ReadonlyMap<string, TargetInfo>,
): RecordHead {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: readTool(),
    run: {
      id,
      command: plan.command,
      scenario: [...new Set(plan.targets.map(({ scenario }) => scenario.name))].join(', '),
      status: 'running',
      startedAt: startedAt.toISOString(),
      options: { ...plan.options },
      beganMs,
      segments: [{ startedAt: startedAt.toISOString(), offsetMs: 0 }],
    },
    machine,
    images: plan.images.map(({ bytes, ...image }) => ({ ...image, bytes: bytes.length })),
    targets: [...infos].map(([name, info]) => ({ name, info, warnings: warningsOf(info, { failed: {} }, machine) })),
  };
}

/** The head of a run that goes on: a segment more. `lastSignAt` is the last that was heard of the one before. */
export function resumedHead(
  head: RecordHead,
  segment: { startedAt: Date; offsetMs: number },
  lastSignAt: Date,
): RecordHead {
  const { incidents: _, ...known } = head;
  const { endedAt: __, stoppedBy: ___, ...run } = head.run;
  const earlier = run.segments.slice(0, -1);
  const last = run.segments.at(-1)!;
  return {
    ...known,
    run: {
      ...run,
      status: 'running',
      segments: [
        ...earlier,
        { ...last, endedAt: lastSignAt.toISOString() },
        { startedAt: segment.startedAt.toISOString(), offsetMs: segment.offsetMs },
      ],
    },
  };
}

/** With what the answers of a target have told of it. What was known before they came stays. */
export function withLearned(head: RecordHead, targetName: string, learned: Learned): RecordHead {
  return {
    ...head,
    targets: head.targets.map(target =>
      target.name === targetName
        ? { ...target, info: { ...learned, ...target.info, ...modelOf(learned, target.info) } }
        : target,
    ),
  };
}

function modelOf(learned: Learned, info: TargetInfo): Pick<TargetInfo, 'model'> {
  if (learned.model === undefined) return {};
  return { model: { ...learned.model, ...info.model } };
}

export function finishedHead(
  head: RecordHead,
  stoppedBy: NonNullable<Run['stoppedBy']>,
  summaries: ReadonlyMap<string, Summary>,
  runnersWarnings: ReadonlyMap<string, readonly Warning[]>,
  incidents: Incident[],
): RecordHead {
  return {
    ...head,
    incidents,
    run: {
      ...head.run,
      status: stoppedBy === 'signal' || stoppedBy === 'cost' ? 'interrupted' : 'completed',
      endedAt: new Date().toISOString(),
      stoppedBy,
    },
    targets: head.targets.map(target => ({
      ...target,
      warnings: [
        ...warningsOf(target.info, summaries.get(target.name)!, head.machine),
        ...(runnersWarnings.get(target.name) ?? []),
      ],
    })),
  };
}

/** This program. */
export function readTool(): RecordHead['tool'] {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { name, version };
}
