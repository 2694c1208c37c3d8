/** Calls that are made one by one, as somebody asks for them: no scenario and no run folder, but samples and evidence as a run has them. */
import { startClock } from '../core/clock.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import type { Evidence, ObservedCall } from '../core/evidence.ts';
import type { Image } from '../core/image.ts';
import type { Sample, TargetInfo, Warning } from '../core/record.ts';
import type { Runner } from '../core/runner.ts';
import { Arrivals } from '../scenarios/arrivals.ts';
import { issue } from '../scenarios/issue.ts';
import { watchLoop } from './loop-watch.ts';
import type { Neighbours } from './neighbours.ts';
import { Places } from './places.ts';
import { merge, settle } from './settle.ts';
import { observedCall } from './watch-evidence.ts';

export interface SingleCallsOptions {
  /** Called when the first call comes, and again when what it made has ended by itself. */
  readonly make: () => Runner;
  /** Calls under way; the others wait, which counts in no service time. */
  readonly atOnce: number;
  /** For a call's trace and log line. */
  readonly patienceMs: number;
  /** Waited once both are whole: on AWS segments arrive one by one. */
  readonly confirmMs: number;
  readonly neighbours: Neighbours;
  /** What is known of the target before it is made. */
  readonly known: TargetInfo;
  /** This process's clock times the calls, so that its event loop must not be held up. */
  readonly isTimedHere: boolean;
}

/** A call and what is known of it by now. */
export interface SingleCall {
  /** Settled. */
  readonly sample: Sample;
  readonly info: TargetInfo;
  /** Of its trace and its log line: nobody looks; it goes on; no more will come. */
  readonly search: 'none' | 'under way' | 'over';
  /** What one must know of the target. */
  readonly notes: readonly Warning[];
  /** Other calls that shared the machine with it. */
  readonly others: number;
  /** The longest that the event loop was held up during it, where it is timed here. */
  readonly heldUpMs?: number;
}

/** `off`: nobody has asked yet, or it ended by itself. `new`: it can be called, and has not answered yet. */
export type TargetState = 'off' | 'starting' | 'new' | 'answered';

interface Begun {
  readonly runner: Runner;
  readonly info: TargetInfo;
  readonly calls: Arrivals<ObservedCall>;
}

type Around = Pick<SingleCall, 'others' | 'heldUpMs'>;

interface Open {
  call: SingleCall;
  evidence: Evidence | undefined;
  confirmed?: NodeJS.Timeout;
  readonly tell: (call: SingleCall) => void;
}

export class SingleCalls {
  readonly #options: SingleCallsOptions;
  readonly #places: Places;
  readonly #clock = startClock();
  readonly #open = new Map<number, Open>();
  readonly #ended = new AbortController();
  #begun: Promise<Begun> | undefined;
  #current: Begun | undefined;
  #state: TargetState = 'off';
  #seq = 0;
  #info: TargetInfo;

  constructor(options: SingleCallsOptions) {
    this.#options = options;
    this.#info = options.known;
    this.#places = new Places(options.atOnce);
  }

  get state(): TargetState {
    return this.#state;
  }

  /** As it is known by now. */
  get info(): TargetInfo {
    return this.#info;
  }

  /** Resolves with the answer; `tell` is called each time that more is known. Throws SetupError or UsageError when the target cannot be had. */
  async call(image: Image, signal: AbortSignal, tell: (call: SingleCall) => void): Promise<SingleCall> {
    const askedMs = this.#clock.nowMs();
    await this.#places.take();
    try {
      // Whoever has left in the queue is not waited for.
      if (signal.aborted) throw new SetupError('nobody waits for this answer any more', 'ask again');
      const seq = this.#seq++;
      const { begun, sample, ...around } = await this.#issue({ seq, image, scheduledMs: askedMs }, signal);
      return await this.#keep(begun, { ...sample, phase: 'measured' }, around, tell);
    } finally {
      this.#places.leave();
    }
  }

  /** Ends the target and all that is looked for. */
  async stop(): Promise<void> {
    this.#ended.abort();
    const begun = await this.#begun?.catch(() => undefined);
    await begun?.runner.stop();
  }

  /** Once more when the target has ended by itself: nothing was sent then. */
  async #issue(query: Parameters<typeof issue>[0], signal: AbortSignal) {
    for (let attempt = 1; ; attempt += 1) {
      const begun = await this.#ready();
      const neighbour = this.#options.neighbours.begin();
      try {
        begun.runner.admit?.(query.image);
        const either = AbortSignal.any([signal, this.#ended.signal]);
        const watch = this.#options.isTimedHere ? watchLoop() : undefined;
        const sample = await issue(query, begun.runner, this.#clock, either).finally(() => watch?.end());
        if (sample.outcome.ok) this.#state = 'answered';
        return { begun, sample, others: neighbour.others, ...(watch && { heldUpMs: watch.longestMs }) };
      } catch (thrown) {
        await this.#drop(begun);
        if (!(thrown instanceof SetupError) || attempt > 1) throw thrown;
      } finally {
        this.#options.neighbours.end(neighbour);
      }
    }
  }

  #ready(): Promise<Begun> {
    this.#ended.signal.throwIfAborted();
    if (this.#begun !== undefined) return this.#begun;
    this.#state = 'starting';
    const begun = this.#begin();
    this.#begun = begun;
    begun.then(
      current => {
        this.#current = current;
        this.#state = 'new';
      },
      () => {
        this.#begun = undefined;
        this.#state = 'off';
      },
    );
    return begun;
  }

  async #begin(): Promise<Begun> {
    const runner = this.#options.make();
    try {
      const info = await runner.start(this.#ended.signal);
      this.#info = info;
      const calls = new Arrivals<ObservedCall>();
      if (runner.evidence !== undefined) void this.#watch(runner.evidence(calls, this.#ended.signal));
      return { runner, info, calls };
    } catch (thrown) {
      await runner.stop();
      throw thrown;
    }
  }

  async #drop(begun: Begun): Promise<void> {
    // Another call may have noticed before, and a new one may be there.
    if (begun !== this.#current) return;
    this.#current = undefined;
    this.#begun = undefined;
    this.#state = 'off';
    begun.calls.end();
    await begun.runner.stop();
  }

  async #keep({ runner, info, calls }: Begun, sample: Sample, around: Around, tell: Open['tell']): Promise<SingleCall> {
    // Calls that never reached a function leave nothing to be found.
    const reached = sample.outcome.ok || sample.requestId !== undefined || sample.traceId !== undefined;
    const looked = runner.evidence !== undefined && reached;
    const notes = await notesOf(runner);
    this.#info = { ...info, ...runner.learned?.() };
    const call: SingleCall = {
      sample: settle(sample, undefined),
      info: this.#info,
      search: looked ? 'under way' : 'none',
      notes,
      ...around,
    };
    if (!looked) return call;
    this.#open.set(sample.seq, { call, evidence: undefined, tell });
    calls.add(observedCall(sample, this.#clock));
    setTimeout(() => void this.#giveUp(sample.seq, runner), this.#options.patienceMs).unref();
    return call;
  }

  async #watch(found: AsyncIterable<{ seq: number; evidence: Evidence }>): Promise<void> {
    try {
      for await (const { seq, evidence } of found) this.#found(seq, evidence);
    } catch (thrown) {
      // What it has found is told; the calls themselves are none the worse.
      if (!this.#ended.signal.aborted)
        process.stderr.write(`warning: traces can be read no more: ${messageOf(thrown)}\n`);
    }
  }

  #found(seq: number, evidence: Evidence): void {
    const open = this.#open.get(seq);
    if (open === undefined) return;
    open.evidence = merge(open.evidence, evidence);
    this.#update(open, settle(open.call.sample, open.evidence), 'under way');
  }

  /** What was never looked at is not missing: X-Ray was not allowed to tell, or the answer does not name its trace. */
  async #giveUp(seq: number, runner: Runner): Promise<void> {
    const open = this.#open.get(seq);
    this.#open.delete(seq);
    if (open === undefined || this.#ended.signal.aborted) return;
    const notes = await notesOf(runner);
    const { sample } = open.call;
    const isDenied = notes.some(({ code }) => code.startsWith('traces-'));
    const isMissing = sample.trace === 'off' && sample.traceId !== undefined && !isDenied;
    const late: Evidence | undefined = isMissing ? { trace: { state: 'missing', spans: [] } } : undefined;
    open.call = { ...open.call, notes };
    this.#update(open, settle(sample, late), 'over');
  }

  #update(open: Open, sample: Sample, search: SingleCall['search']): void {
    const { trace, log } = sample.evidence ?? {};
    const isWhole = (trace?.state === 'complete' || sample.trace === 'not-sampled') && log !== undefined;
    const { confirmMs } = this.#options;
    if (isWhole && confirmMs === 0) {
      this.#close(open, sample);
      return;
    }
    if (isWhole) open.confirmed ??= setTimeout(() => this.#close(open), confirmMs).unref();
    open.call = { ...open.call, sample, search };
    open.tell(open.call);
  }

  #close(open: Open, sample = open.call.sample): void {
    this.#open.delete(sample.seq);
    open.call = { ...open.call, sample, search: 'over' };
    open.tell(open.call);
  }
}

/** Without those that count what has not been found yet: here each call tells it. */
async function notesOf(runner: Runner): Promise<Warning[]> {
  const all = (await runner.warnings?.().catch(() => [])) ?? [];
  return all.filter(({ code }) => !code.endsWith('-left'));
}
