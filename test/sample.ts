/** Samples for tests: a warm, measured one that succeeded, but for what the test says. */
import type { Sample } from '../src/core/record.ts';

export function sampleWith(changes: Partial<Sample> = {}): Sample {
  const { seq = 0 } = changes;
  return {
    seq,
    image: 'dog.jpg',
    phase: 'measured',
    start: 'warm',
    scheduledMs: seq * 10,
    issuedMs: seq * 10,
    completedMs: seq * 10 + 8,
    outcome: { ok: true },
    predictions: [],
    timings: {},
    memory: {},
    trace: 'off',
    ...changes,
  };
}

/** As the issuer makes it of a QueryError. */
export function failedSample(kind: string, changes: Partial<Sample> = {}): Sample {
  return sampleWith({ start: 'unknown', outcome: { ok: false, error: { kind, message: `${kind}!` } }, ...changes });
}
