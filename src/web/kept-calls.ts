/** Calls that visitors have made, by ids that nobody can guess: each is told of its own and of no other. */
import { randomBytes } from 'node:crypto';
import type { CallAnswer } from './client/answers.ts';

/** A page looks at its calls for minutes, and a download holds them for good. */
const MOST_KEPT = 500;
const ID_BYTES = 18;

type Listener = (answer: CallAnswer) => void;

interface Kept {
  answer: CallAnswer | undefined;
  readonly listeners: Set<Listener>;
}

export class KeptCalls {
  readonly #kept = new Map<string, Kept>();

  newId(): string {
    const id = randomBytes(ID_BYTES).toString('base64url');
    this.#kept.set(id, { answer: undefined, listeners: new Set() });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(oldest!);
    return id;
  }

  update(answer: CallAnswer): void {
    const kept = this.#kept.get(answer.id);
    if (kept === undefined) return;
    kept.answer = answer;
    for (const listener of kept.listeners) listener(answer);
  }

  find(id: string): CallAnswer | undefined {
    return this.#kept.get(id)?.answer;
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }

  /** Returns what ends it. */
  listen(id: string, listener: Listener): () => void {
    const listeners = this.#kept.get(id)?.listeners;
    listeners?.add(listener);
    return () => void listeners?.delete(listener);
  }
}
