/** A call while an environment works on it, and the record that it leaves. */
import { type Deferred, deferred } from './deferred.ts';
import type { Answer, Invocation, InvocationRecord, Span } from './invocation.ts';
import { type Moment, now } from './moment.ts';
import { billedMs } from './platform-lines.ts';

export class Call {
  readonly invocation: Invocation;
  readonly start: Moment = now();
  readonly deadlineEpochMs: number;
  /** First initialisation of the environment, reported with its first call. */
  readonly init: Span | undefined;
  readonly answer: Deferred<Answer> = deferred();
  readonly record: Deferred<InvocationRecord> = deferred();
  inlineInit: Span | undefined;
  /** Resolves when the runtime's answer is here or has broken off; undefined before it has begun. */
  upload: Promise<unknown> | undefined;
  response: Span | undefined;
  cancelTimeout: () => void = () => {};
  #given: Answer | undefined;

  constructor(invocation: Invocation, init: Span | undefined, timeoutMs: number) {
    this.invocation = invocation;
    this.init = init;
    this.deadlineEpochMs = Math.round(this.start.epochMs + timeoutMs);
  }

  /** The first answer counts: a runtime that fails after it changes nothing for the caller. */
  give(answer: Answer): void {
    this.#given ??= answer;
    this.answer.resolve(this.#given);
  }

  /** The whole of it, once an answer was given. */
  recordOf(
    end: Moment,
    facts: Pick<InvocationRecord, 'environmentId' | 'logStream' | 'status'> & MoreFacts,
  ): InvocationRecord {
    const { timeoutMs, errorType, maxMemoryMb, ...known } = facts;
    // A timer fires late; AWS writes the timeout itself.
    const durationMs = facts.status === 'timeout' ? timeoutMs : end.ms - this.start.ms;
    const initMs = this.init === undefined ? 0 : this.init.end.ms - this.init.start.ms;
    return {
      ...known,
      invocation: this.invocation,
      ...(errorType !== undefined && { errorType }),
      ...(this.init !== undefined && { init: this.init }),
      ...(this.inlineInit !== undefined && { inlineInit: this.inlineInit }),
      answer: this.#given!,
      start: this.start,
      ...(this.response !== undefined && { response: this.response }),
      end,
      durationMs,
      billedMs: billedMs(durationMs, initMs),
      ...(maxMemoryMb !== undefined && { maxMemoryMb }),
      logTail: '',
    };
  }
}

interface MoreFacts {
  readonly timeoutMs: number;
  readonly errorType: string | undefined;
  readonly maxMemoryMb: number | undefined;
}
