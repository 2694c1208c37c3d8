/** The first initialisation of an environment, ahead of its first call: how it went, and who has been told. */
import type { EnvironmentFacts } from './control-answer.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { Span } from './invocation.ts';
import { after, type Moment, now } from './moment.ts';

export class Initialisation {
  readonly #start: Moment = now();
  readonly #cancelTimeout: () => void;
  readonly #over: Deferred<void> = deferred();
  #end: Moment | undefined;
  #failed = false;
  #reported = false;

  constructor(timeoutMs: number, timedOut: () => void) {
    this.#cancelTimeout = after(timeoutMs, timedOut);
  }

  /** Resolves when `close` has been called. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Answers how long it took. */
  succeed(): Span {
    const end = now();
    this.#end = end;
    this.close();
    return { start: this.#start, end };
  }

  /** It will be done again inside the first call. Answers how long it was tried. */
  fail(): Span {
    this.#failed = true;
    this.#cancelTimeout();
    return { start: this.#start, end: now() };
  }

  /** Nobody need wait for it any longer. */
  close(): void {
    this.#cancelTimeout();
    this.#over.resolve();
  }

  /** For the first call's report, when it succeeded; undefined ever after. */
  takeReport(): Span | undefined {
    if (this.#reported || this.#end === undefined) return undefined;
    this.#reported = true;
    return { start: this.#start, end: this.#end };
  }

  facts(): Pick<EnvironmentFacts, 'initStartMs' | 'initEndMs' | 'initFailed'> {
    return {
      initStartMs: this.#start.epochMs,
      ...(this.#end !== undefined && { initEndMs: this.#end.epochMs }),
      initFailed: this.#failed,
    };
  }
}
