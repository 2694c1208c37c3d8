/** The samples and incidents of a run on disk, each sample with all that became known of it: evidence may stand anywhere behind it. */
import type { Evidence } from '../core/evidence.ts';
import type { IncidentLine, SampleLine } from '../core/record.ts';
import { readRunLines } from './run-line-reader.ts';
import { merge, settle } from './settle.ts';

export type SettledLine = SampleLine | IncidentLine;

/** Evidence of a run, by target and number of the call. */
export class GatheredEvidence {
  readonly #byTarget = new Map<string, Map<number, Evidence>>();

  add(target: string, seq: number, evidence: Evidence): void {
    const bySeq = this.#byTarget.get(target) ?? new Map<number, Evidence>();
    this.#byTarget.set(target, bySeq);
    bySeq.set(seq, merge(bySeq.get(seq), evidence));
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
  }
  return gathered;
}

/** Throws SetupError as `readRunLines` does. */
export async function* settledLines(file: string, evidence: GatheredEvidence): AsyncGenerator<SettledLine> {
  for await (const line of readRunLines(file)) {
    if ('incident' in line) yield line;
    else if ('sample' in line) {
      const { target, sample } = line;
      yield { target, sample: settle(sample, evidence.of(target, sample.seq)) };
    }
  }
}
