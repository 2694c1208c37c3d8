/** Looks for the traces of calls whose trace ids are known; those of the others are found by `nameless-traces.ts` once the run is over. */
import type { CallEvidence, TraceEvidence } from '../core/evidence.ts';
import { AwsFailure } from './aws-failure.ts';
import { NamelessTraces } from './nameless-traces.ts';
import { isWorthWaiting, type OpenCase, type Search } from './open-case.ts';
import { parseTrace } from './trace-document.ts';
import { IDS_AT_ONCE, type Xray } from './xray-client.ts';

export interface TraceSearchOptions {
  /** Looks at one call before the end of the run. */
  readonly attempts: number;
  /** A complete trace is read once more: segments arrive one by one. */
  readonly confirm: boolean;
  /** As far as it is known by now. */
  readonly functionName: () => string | undefined;
  /** Prints what is to be allowed. */
  readonly policy: string;
}

interface Wanted {
  readonly openCase: OpenCase;
  looks: number;
  /** The best of what was read, and how many segments that had. */
  best?: TraceEvidence;
  segmentCount: number;
}

/** Ids of traces that calls have been given: none of them is another call's. */
const MOST_CLAIMED = 10_000;

export class TraceSearch implements Search {
  readonly #xray: Xray;
  readonly #options: TraceSearchOptions;
  readonly #wanted = new Set<Wanted>();
  readonly #claimed = new Set<string>();
  readonly #nameless: NamelessTraces;
  #destinationKnown = false;
  /** Why the traces of calls that name none cannot be listed. */
  #unlisted: AwsFailure | undefined;
  #sampled = 0;
  #unsampled = 0;

  constructor(xray: Xray, options: TraceSearchOptions) {
    this.#xray = xray;
    this.#options = options;
    this.#nameless = new NamelessTraces(xray, options.functionName);
  }

  add(openCase: OpenCase): void {
    if (openCase.call.sampled === false) {
      this.#unsampled += 1;
      return;
    }
    this.#sampled += 1;
    this.#wanted.add({ openCase, looks: 0, segmentCount: 0 });
  }

  get waiting(): number {
    return [...this.#wanted].filter(({ openCase }) => this.#mayBeFound(openCase) && isWorthWaiting(openCase)).length;
  }

  async look(
    found: (evidence: CallEvidence) => void,
    { last, signal }: { last: boolean; signal: AbortSignal },
  ): Promise<void> {
    await this.#checkDestination(signal);
    const named = ({ openCase: { traceId }, looks }: Wanted) =>
      traceId !== undefined && (last || looks < this.#options.attempts);
    const due = [...this.#wanted].filter(named);
    await this.#lookAtAll(due, found, signal);
    if (!last) return;
    await this.#joinNameless(signal);
    const joined = [...this.#wanted].filter(wanted => named(wanted) && !due.includes(wanted));
    await this.#lookAtAll(joined, found, signal);
  }

  giveUp(): CallEvidence[] {
    return [...this.#wanted].flatMap(({ openCase, looks, best }): CallEvidence[] => {
      // What was read in part has been told already; what nobody could look for is not missing.
      if (best !== undefined || (looks === 0 && !this.#nameless.hasLooked(openCase))) return [];
      const { call, traceId, join } = openCase;
      const trace: TraceEvidence = { state: 'missing', spans: [] };
      return [{ seq: call.seq, evidence: { trace: { ...trace, ...(traceId && { traceId }), ...(join && { join }) } } }];
    });
  }

  left(): ReturnType<Search['left']> {
    if (this.#unsampled > 0 && this.#sampled === 0) {
      return {
        message: 'no call left a trace: Lambda was told not to, or the function does not trace',
        advice: 'set its tracing to Active; or run with --no-traces',
      };
    }
    const left = [...this.#wanted].filter(
      ({ openCase, best }) => isWorthWaiting(openCase) && best?.state !== 'complete',
    );
    if (left.length === 0) return undefined;
    if (left.every(({ openCase: { traceId } }) => traceId === undefined)) {
      if (this.#unlisted !== undefined) {
        const { code, operation } = this.#unlisted;
        return {
          message: `${left.length} calls do not tell which trace is theirs, and X-Ray refused to list them (${code.replace(/Exception$/, '')}: ${operation})`,
          advice: `allow what this prints: ${this.#options.policy}; or let the function's answers carry their trace header`,
        };
      }
      return {
        message: `${left.length} calls do not tell which trace is theirs, and by time alone none is for certain`,
        advice:
          'name the function by --function, and let its answers carry their trace header; or run with --no-traces',
      };
    }
    const partial = left.filter(({ best }) => best !== undefined).length;
    const missing = left.length - partial;
    const parts = [missing > 0 && `${missing} were not found`, partial > 0 && `${partial} only in part`];
    return {
      message: `of the calls' traces ${parts.filter(Boolean).join(', ')}`,
      advice: 'raise --trace-patience; what is not known is left blank',
    };
  }

  close(): void {
    this.#xray.close();
  }

  /** Once. Throws AwsFailure when traces go where they cannot be found; not being allowed to ask says nothing. */
  async #checkDestination(signal: AbortSignal): Promise<void> {
    if (this.#destinationKnown) return;
    this.#destinationKnown = true;
    const destination = await this.#xray.destination(signal).catch(() => undefined);
    if (destination === 'CloudWatchLogs') throw new ElsewhereError();
  }

  /** Somebody who may read traces but not list them gets the traces of all calls that name theirs. */
  async #joinNameless(signal: AbortSignal): Promise<void> {
    if (this.#unlisted !== undefined) return;
    const cases = [...this.#wanted].map(({ openCase }) => openCase);
    try {
      await this.#nameless.join(cases, this.#claimed, signal);
    } catch (thrown) {
      if (!(thrown instanceof AwsFailure) || thrown.passes) throw thrown;
      this.#unlisted = thrown;
    }
  }

  async #lookAtAll(
    wanted: readonly Wanted[],
    found: (evidence: CallEvidence) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (let i = 0; i < wanted.length; i += IDS_AT_ONCE) {
      await this.#lookAt(wanted.slice(i, i + IDS_AT_ONCE), found, signal);
    }
  }

  async #lookAt(batch: readonly Wanted[], found: (evidence: CallEvidence) => void, signal: AbortSignal): Promise<void> {
    const ids = new Set(batch.map(({ openCase }) => openCase.traceId!));
    const { documents, unprocessed } = await this.#xray.traces([...ids], signal);
    for (const wanted of batch) {
      const id = wanted.openCase.traceId!;
      if (!unprocessed.has(id)) wanted.looks += 1;
      const read = documents.get(id);
      if (read !== undefined) this.#read(wanted, read, found);
    }
  }

  #read(wanted: Wanted, documents: readonly string[], found: (evidence: CallEvidence) => void): void {
    const { openCase, segmentCount } = wanted;
    const { requestId } = openCase;
    const functionName = this.#options.functionName();
    const parsed = parseTrace(documents, { ...(requestId && { requestId }), ...(functionName && { functionName }) });
    if (parsed.evidence.state === 'missing') return;
    const { traceId, join, call } = openCase;
    const isNew = parsed.segmentCount !== segmentCount || parsed.evidence.state !== wanted.best?.state;
    openCase.requestId ??= parsed.requestId;
    wanted.best = parsed.evidence;
    wanted.segmentCount = parsed.segmentCount;
    if (isNew) {
      this.#claim(traceId!);
      found({ seq: call.seq, evidence: { trace: { ...parsed.evidence, traceId: traceId!, join: join! } } });
    }
    const sure = !this.#options.confirm || !isNew;
    if (parsed.evidence.state === 'complete' && sure) this.#wanted.delete(wanted);
  }

  #claim(traceId: string): void {
    this.#claimed.add(traceId);
    const [oldest] = this.#claimed;
    if (this.#claimed.size > MOST_CLAIMED) this.#claimed.delete(oldest!);
  }

  #mayBeFound(openCase: OpenCase): boolean {
    return openCase.traceId !== undefined || (this.#unlisted === undefined && this.#nameless.mayFind(openCase));
  }
}

/** The account's traces go to CloudWatch Logs. */
export class ElsewhereError extends Error {
  override readonly name = 'ElsewhereError';
}
