/** What an environment and its runtime say to each other: the state behind the Runtime API. */
import type { Call } from './call.ts';
import type { Failure } from './failure.ts';
import type { Answer, InvocationRecord, Span } from './invocation.ts';
import type { Lifecycle } from './lifecycle.ts';
import { now } from './moment.ts';

/** A runtime's waiting `/next`. */
export interface Poll {
  deliver(call: Call): void;
  /** Another one has taken its place, or the environment is gone. */
  refuse(): void;
  /** Its connection broke before the runtime had read what was delivered. */
  readonly broken: boolean;
}

/** How the runtime says a call went. */
export type Outcome = Pick<InvocationRecord, 'status' | 'errorType'>;

/** What the environment makes of it. */
export interface SessionEvents {
  /** It has asked for its first event, ahead of any call. */
  initialised(): void;
  /** It has reported why it cannot start. */
  initFailed(): void;
  /** It waits for an event, and there is none. */
  resting(): void;
  /** It is about to get an event. */
  waking(): void;
  /** It has answered and asks for more. */
  finished(outcome: Outcome): void;
}

export class RuntimeSession {
  readonly #life: Lifecycle;
  readonly #events: SessionEvents;
  /** Waits for an event. */
  #poll: Poll | undefined;
  /** Brought the call's event. */
  #carrier: Poll | undefined;
  #call: Call | undefined;
  #initError: Failure | undefined;
  #outcome: Outcome = { status: 'success' };

  constructor(life: Lifecycle, events: SessionEvents) {
    this.#life = life;
    this.#events = events;
  }

  /** A new process: it has said nothing yet, and works on `call` once it has initialised. */
  restart(call?: Call): void {
    this.#poll = undefined;
    this.#carrier = undefined;
    this.#call = call;
    this.#initError = undefined;
  }

  /** Nobody is served any more. */
  close(): void {
    this.#poll?.refuse();
    this.#poll = undefined;
  }

  /** Why the runtime could not start, when it said so. */
  get initError(): Failure | undefined {
    return this.#initError;
  }

  /** Of the call, once it is answered. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  /** The call the runtime works on and has not answered. */
  get unanswered(): Call | undefined {
    return this.#life.phase === 'busy' ? this.#call : undefined;
  }

  /** Whether the call's event has not reached the runtime, so that nobody can have begun to work on it. */
  get eventUnread(): boolean {
    return this.#carrier?.broken ?? true;
  }

  /** Hands the event out. Without a poll (its connection broke) it waits for the next one. */
  deliver(call: Call): void {
    this.#call = call;
    this.#life.enter('busy');
    this.#events.waking();
    this.#carrier = this.#poll;
    this.#poll = undefined;
    this.#carrier?.deliver(call);
  }

  // What the runtime asks for. Each answers false when the state does not allow it.

  next(poll: Poll): boolean {
    switch (this.#life.phase) {
      case 'init':
        if (this.#initError !== undefined) return false;
        this.#wait(poll);
        this.#events.initialised();
        return true;
      case 'reinit': {
        if (this.#initError !== undefined) return false;
        const call = this.#call!;
        call.inlineInit = { start: call.start, end: now() };
        this.#wait(poll);
        this.deliver(call);
        return true;
      }
      case 'idle':
        this.#wait(poll);
        this.#events.resting();
        return true;
      case 'busy':
        // It lost the connection before it could read: it gets the same event again.
        this.#carrier = poll;
        poll.deliver(this.#call!);
        return true;
      case 'answered':
        this.#wait(poll);
        this.#events.finished(this.#outcome);
        return true;
      default:
        return false;
    }
  }

  /** The answer is here, whole; `unanswered` must have been this call. */
  answer(call: Call, answer: Answer, response: Span): void {
    if (this.unanswered !== call) return;
    call.response = response;
    this.#outcome = answer.ok ? { status: 'success' } : { status: 'failure', errorType: answer.failure.errorType };
    this.#life.enter('answered');
    call.give(answer);
  }

  failInit(failure: Failure): boolean {
    const { phase } = this.#life;
    if ((phase !== 'init' && phase !== 'reinit') || this.#initError !== undefined) return false;
    this.#initError = failure;
    this.#events.initFailed();
    return true;
  }

  #wait(poll: Poll): void {
    this.#poll?.refuse();
    this.#poll = poll;
  }
}
