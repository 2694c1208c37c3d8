/** The first initialisation of an environment, ahead of its first call: how it went, and who has been told. */
import type { EnvironmentFacts } from './control-answer.ts';
import type { Span } from './invocation.ts';
import { type Moment, now } from './moment.ts';

export class Initialisation {
  readonly #start: Moment = now();
  #end: Moment | undefined;
  #failed = false;
  #reported = false;

  succeed(): void {
    this.#end = now();
  }

  /** It will be done again inside the first call. Answers how long it was tried. */
  fail(): Span {
    this.#failed = true;
    return { start: this.#start, end: now() };
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
