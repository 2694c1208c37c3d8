/** What the doctor finds: a fact, how good that is, and the command that mends it. */
import { BenchError, messageOf } from '../core/errors.ts';

/**
 * `ok`: as it should be. `note`: neither good nor bad, or not looked at. `warning`: figures suffer, or something is missing from them. `broken`: what was asked
 * for cannot be measured.
 */
export type Mark = 'ok' | 'note' | 'warning' | 'broken';

export interface Finding {
  readonly name: string;
  readonly mark: Mark;
  readonly fact: string;
  readonly mend?: string;
}

/** Of one question to somebody else: the doctor never waits long. */
const ANSWER_MS = 2_000;

/** Of a check that threw. */
export function brokenBy(name: string, thrown: unknown): Finding {
  const mend = thrown instanceof BenchError ? { mend: thrown.hint } : {};
  return { name, mark: 'broken', fact: messageOf(thrown), ...mend };
}

/** The answer, or an error after two seconds, whatever else may still be waited for. Throws the signal's reason when that aborts. */
export async function soon<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const both = AbortSignal.any([signal, limit.signal]);
  const over = new Promise<never>((_, reject) => {
    both.addEventListener('abort', () => reject(both.reason), { once: true });
  });
  over.catch(() => {});
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${ANSWER_MS / 1_000} s`)), ANSWER_MS);
  try {
    return await Promise.race([ask(both), over]);
  } finally {
    clearTimeout(timer);
  }
}
