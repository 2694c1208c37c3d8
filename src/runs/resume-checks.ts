/** What a run that goes on must have in common with its beginning: otherwise its figures would mix two things. Each refusal says which. */
import { hostname } from 'node:os';
import { SetupError } from '../core/errors.ts';
import type { Machine, RecordHead, TargetInfo } from '../core/record.ts';
import { describeMachine } from './machine.ts';
import { readTool } from './record-head.ts';
import type { ResumeNote } from './resume-note.ts';
import type { RunPlan } from './run-plan.ts';

/** What the system keeps for itself of the memory differs a little from start to start. */
const SAME_MEMORY = 0.01;

/** Throws SetupError for another computer, processor or system, another version of this program or of what it uses. */
export function refuseOtherMachine({ tool, machine: then }: RecordHead, note: ResumeNote): void {
  // What another program measured, it alone could go on with.
  if (then === undefined) throw new SetupError('the run does not say which machine it began on', 'start a new run');
  const now = describeMachine();
  refuseOther('version of resnet-bench', tool.version, readTool().version);
  refuseOther('revision of resnet-bench', then.gitRevision, now.gitRevision);
  refuseOther('machine', note.hostname, hostname());
  refuseOther('system', `${then.os} ${then.arch}`, `${now.os} ${now.arch}`);
  refuseOther('processor', processor(then), processor(now));
  if (Math.abs(then.memoryBytes / now.memoryBytes - 1) > SAME_MEMORY) {
    refuseOther('size of memory', `${then.memoryBytes} bytes`, `${now.memoryBytes} bytes`);
  }
  for (const what of ['node', 'onnxruntime', 'sharp'] as const)
    refuseOther(`version of ${what}`, then[what], now[what]);
}

/** Throws SetupError for another option, picture or model. */
export function refuseOtherWork(head: RecordHead, note: ResumeNote, plan: RunPlan): void {
  const [then, now] = [head.run.options, plan.options];
  for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
    refuseOther(`value of ${name}`, inWords(then[name]), inWords(now[name]));
  }
  for (const [i, { name, sha256 }] of head.images.entries()) {
    refuseOther(`picture ${name}`, fingerprint(sha256), fingerprint(plan.images[i]?.sha256));
  }
  refuseOther('model', fingerprint(note.model?.sha256), fingerprint(plan.resumeNote?.model?.sha256));
}

/** Throws SetupError where the emulated function now loads another file than it did, as when a disk is full. */
export function refuseOtherPreparation({ targets }: RecordHead, now: ReadonlyMap<string, TargetInfo>): void {
  for (const { name, info } of targets) {
    const { model } = now.get(name) ?? {};
    // A deployed function tells it with its first answer.
    if (model !== undefined && info.emulated)
      refuseOther(`preparation of ${name}'s model`, info.model?.prepared, model.prepared);
  }
}

function refuseOther(what: string, then: string | undefined, now: string | undefined): void {
  if (then === now) return;
  throw new SetupError(
    `the run began with another ${what}: ${then ?? 'none'}, and now it is ${now ?? 'none'}`,
    'a resumed run must be of one piece: make the two the same, or start a new run',
  );
}

const processor = ({ cpuModel, cpuCount, cpuFlags = [] }: Machine) => [cpuModel, `${cpuCount}`, ...cpuFlags].join(' ');
const inWords = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
const fingerprint = (sha256: string | undefined) => sha256 && `SHA-256 ${sha256.slice(0, 12)}...`;
