/** One search through all its rounds: what it throws, how it backs off, and the one warning that comes of it. */
import { messageOf } from '../core/errors.ts';
import type { CallEvidence } from '../core/evidence.ts';
import type { Warning } from '../core/record.ts';
import { AwsFailure } from './aws-failure.ts';
import type { OpenCase, Search } from './open-case.ts';
import { ElsewhereError } from './trace-search.ts';

/** Longest pause between two rounds that were refused. */
const LONGEST_PAUSE_MS = 60_000;
/** A log group is made by the first call: one that is not there may be in a moment. */
const MOST_NOT_FOUND = 3;

export interface Subject {
  /** `traces`, `logs`: in codes of warnings. */
  readonly code: 'traces' | 'logs';
  /** In sentences. */
  readonly service: 'X-Ray' | 'CloudWatch Logs';
  /** Prints what is to be allowed. */
  readonly policy: string;
  /** Switches it off. */
  readonly flag: '--no-traces' | '--no-logs';
}

export class Pursuit {
  readonly #subject: Subject;
  readonly #search: Search;
  readonly #intervalMs: number;
  #stopped = false;
  #failure: unknown;
  #failures = 0;
  #notBefore = 0;

  constructor(subject: Subject, search: Search, intervalMs: number) {
    this.#subject = subject;
    this.#search = search;
    this.#intervalMs = intervalMs;
  }

  add(openCase: OpenCase): void {
    if (!this.#stopped) this.#search.add(openCase);
  }

  get waiting(): number {
    return this.#stopped ? 0 : this.#search.waiting;
  }

  /** Throws nothing that AWS or the network does. */
  async round(last: boolean, signal: AbortSignal): Promise<CallEvidence[]> {
    const found: CallEvidence[] = [];
    if (this.#stopped || performance.now() < this.#notBefore) return found;
    try {
      await this.#search.look(evidence => void found.push(evidence), { last, signal });
      this.#failures = 0;
      this.#failure = undefined;
    } catch (thrown) {
      if (!(thrown instanceof AwsFailure || thrown instanceof ElsewhereError)) throw thrown;
      if (!signal.aborted) this.#failed(thrown);
    }
    return found;
  }

  giveUp(): CallEvidence[] {
    // Of what was never looked at nothing can be said.
    return this.#stopped || this.#failure !== undefined ? [] : this.#search.giveUp();
  }

  warnings(): Warning[] {
    const { code, service, flag, policy } = this.#subject;
    const failure = this.#failure;
    if (failure instanceof ElsewhereError) return [elsewhere()];
    if (failure instanceof AwsFailure) {
      const { words, advice } = REASONS[failure.kind](failure, flag, policy);
      return [{ code: `${code}-${failure.kind}`, message: `${service} ${words}`, advice }];
    }
    const left = this.#stopped ? undefined : this.#search.left();
    if (left === undefined) return [];
    return [{ code: `${code}-left`, ...left }];
  }

  close(): void {
    this.#search.close();
  }

  #failed(failure: AwsFailure | ElsewhereError): void {
    this.#failure = failure;
    this.#failures += 1;
    const mayPass =
      failure instanceof AwsFailure &&
      (failure.passes || (failure.kind === 'not-found' && this.#failures < MOST_NOT_FOUND));
    this.#stopped = !mayPass;
    this.#notBefore = performance.now() + Math.min(this.#intervalMs * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
  }
}

function elsewhere(): Warning {
  return {
    code: 'traces-elsewhere',
    message: "this account's traces go to CloudWatch Logs (Transaction Search), where X-Ray does not find them",
    advice: 'the log lines still tell duration, init and memory; or set the destination of trace segments to X-Ray',
  };
}

type Reason = (failure: AwsFailure, flag: string, policy: string) => { words: string; advice: string };

function other({ message, operation }: AwsFailure, flag: string): ReturnType<Reason> {
  const words = `refused to answer (${operation}: ${messageOf(message)})`;
  return { words, advice: `run with ${flag}, and please report it` };
}

const REASONS: Record<AwsFailure['kind'], Reason> = {
  credentials: ({ message }, flag) => ({
    words: `was not asked: there are no credentials that AWS takes (${message})`,
    advice: `give them the way the AWS CLI takes them, or run with ${flag}`,
  }),
  expired: ({ code }, flag) => ({
    words: `refused to answer (${code}): the credentials have expired`,
    advice: `renew them (aws sso login, or a new session token), or run with ${flag}`,
  }),
  denied: ({ operation, code }, flag, policy) => ({
    words: `refused to answer (${code.replace(/Exception$/, '')}: ${operation})`,
    advice: `run with ${flag}, or allow what this prints: ${policy}`,
  }),
  region: (_, flag) => ({
    words: 'was not asked: no region is known',
    advice: `set AWS_REGION to that of the function, or run with ${flag}`,
  }),
  clock: ({ code }) => ({
    words: `refused to answer (${code}): the clock of this machine is wrong`,
    advice: 'set it by NTP; until then nothing that AWS signs can be read',
  }),
  'not-found': ({ message }, flag) => ({
    words: `does not find what it is asked for: ${message}`,
    advice: `is it the right region, and may the function write its log? Else run with ${flag}`,
  }),
  throttled: ({ code, operation }) => ({
    words: `answered too slowly to be asked for all calls (${code}: ${operation})`,
    advice: 'raise --trace-interval and --trace-patience; others in the account may be asking too',
  }),
  unavailable: ({ message, operation }, flag) => ({
    words: `did not answer (${operation}: ${message})`,
    advice: `the measured calls are none the worse; try again later, or run with ${flag}`,
  }),
  conflict: other,
  other,
};
