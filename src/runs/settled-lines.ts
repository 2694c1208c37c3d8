/** The samples and incidents of a run on disk, each sample with all that became known of it: evidence may stand anywhere behind it. */
import type { Evidence } from '../core/evidence.ts';
import { type IncidentLine, isFirstCall, type Sample, type SampleLine } from '../core/record.ts';
import { readRunLines } from './run-line-reader.ts';
import { merge, settle } from './settle.ts';

export type SettledLine = SampleLine | IncidentLine;

/** Evidence of a run, by target and number of the call. */
export class GatheredEvidence {
  readonly #byTarget = new Map<string, Map<number, Evidence>>();
  readonly #steadyFrom = new Map<string, number>();

  add(target: string, seq: number, evidence: Evidence): void {
    const bySeq = this.#byTarget.get(target) ?? new Map<number, Evidence>();
    this.#byTarget.set(target, bySeq);
    bySeq.set(seq, merge(bySeq.get(seq), evidence));
  }

  /** Calls before that one were warm-up. */
  steadyFrom(target: string, seq: number): void {
    this.#steadyFrom.set(target, seq);
  }

  /** The phase of a settled sample, by what came after it. */
  phaseOf(target: string, { seq, phase, start }: Sample): Sample['phase'] {
    const isEarlier = seq < (this.#steadyFrom.get(target) ?? 0);
    return isEarlier && phase === 'measured' && !isFirstCall(start) ? 'warmup' : phase;
  }

  of(target: string, seq: number): Evidence | undefined {
    return this.#byTarget.get(target)?.get(seq);
  }
}

/** Throws SetupError as `readRunLines` does. */
export async function gatherEvidence(file: string): Promise<GatheredEvidence> {
  const gathered = new GatheredEvidence();
  for await (const line of readRunLines(file)) {
    if ('evidence' in line) gathered.add(line.target, line.seq, line.evidence);
    else if ('incident' in line && line.incident.kind === 'steady') {
      gathered.steadyFrom(line.incident.target, line.incident.fromSeq);
    }
  }
  return gathered;
}

/** Throws SetupError as `readRunLines` does. */
export async function* settledLines(file: string, evidence: GatheredEvidence): AsyncGenerator<SettledLine> {
  for await (const line of readRunLines(file)) {
    if ('incident' in line) yield line;
    else if ('sample' in line) {
      const { target, sample } = line;
      const settled = settle(sample, evidence.of(target, sample.seq));
      yield { target, sample: { ...settled, phase: evidence.phaseOf(target, settled) } };
    }
  }
}
