/** Requests to the page's own server, and their failures in words. */
import type { Complaint } from './answers.ts';

const GONE: Complaint = {
  message: 'the server does not answer',
  hint: 'is it still running? Start it again in a terminal, and reload this page',
};

/** Thrown for whatever is not an answer. */
export class AskError extends Error {
  readonly hint: string;

  constructor({ message, hint }: Complaint) {
    super(message);
    this.hint = hint;
  }
}

/** Throws AskError. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, init).catch(() => {
    throw new AskError(GONE);
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (answer === undefined) throw new AskError(GONE);
  // A target that cannot be had is told in the answer.
  if (!response.ok && !(answer instanceof Object && 'results' in answer)) throw new AskError(complaintIn(answer));
  return answer as T;
}

export function complaintOf(thrown: unknown): Complaint {
  if (thrown instanceof AskError) return { message: thrown.message, hint: thrown.hint };
  return { message: thrown instanceof Error ? thrown.message : String(thrown), hint: 'reload the page and try again' };
}

function complaintIn(answer: unknown): Complaint {
  const { error, hint } = (answer ?? {}) as { error?: unknown; hint?: unknown };
  return typeof error === 'string' ? { message: error, hint: typeof hint === 'string' ? hint : '' } : GONE;
}
