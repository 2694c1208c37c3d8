/**
 * Finds the traces of calls that told no trace id, once the run is over and every call is known: by the request id in the trace, else by time, when no other call was under way
 * and exactly one trace fits. A trace that might be another's is nobody's.
 */
import type { ObservedCall } from '../core/evidence.ts';
import type { Offset } from './clock-offset.ts';
import type { OpenCase } from './open-case.ts';
import { type ParsedTrace, parseTrace } from './trace-document.ts';
import { IDS_AT_ONCE, type Window, type Xray } from './xray-client.ts';

/** X-Ray's service segment has milliseconds. */
const PRECISION_MS = 2;
/** Windows nearer to each other are asked for as one. */
const NEAR_MS = 60_000;
/** Of one question: X-Ray takes no longer ones. */
const LONGEST_MS = 6 * 3_600_000;

interface Candidate {
  readonly id: string;
  readonly trace: ParsedTrace;
}

export class NamelessTraces {
  readonly #xray: Xray;
  readonly #functionName: () => string | undefined;
  /** Those that were read whole: they will not change. */
  readonly #whole = new Map<string, Candidate>();
  /** No trace fits them, for certain or not to be told from others. */
  readonly #hopeless = new Set<OpenCase>();
  readonly #lookedFor = new Set<OpenCase>();

  constructor(xray: Xray, functionName: () => string | undefined) {
    this.#xray = xray;
    this.#functionName = functionName;
  }

  /** Without a name a trace might be any function's. */
  mayFind(openCase: OpenCase): boolean {
    return this.#functionName() !== undefined && !this.#hopeless.has(openCase);
  }

  hasLooked(openCase: OpenCase): boolean {
    return this.#lookedFor.has(openCase);
  }

  /** Writes trace id and join into the cases for which it finds one. `claimed`: ids that are other calls'. Throws AwsFailure. */
  async join(all: readonly OpenCase[], claimed: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const functionName = this.#functionName();
    const cases = all.filter(openCase => openCase.traceId === undefined && !this.#hopeless.has(openCase));
    if (functionName === undefined || cases.length === 0) return;
    const known = new Set([...claimed, ...all.flatMap(({ traceId }) => traceId ?? [])]);
    const candidates = await this.#candidates(windowsOf(cases, this.#xray.offset.range), functionName, known, signal);
    for (const openCase of cases) this.#lookedFor.add(openCase);
    this.#byRequestId(cases, candidates);
    this.#byTime(cases, candidates);
  }

  #byRequestId(cases: readonly OpenCase[], candidates: readonly Candidate[]): void {
    const ids = new Map(candidates.map(({ id, trace }) => [trace.requestId, id]));
    for (const openCase of cases) {
      const id = openCase.requestId === undefined ? undefined : ids.get(openCase.requestId);
      if (id === undefined) continue;
      openCase.traceId = id;
      openCase.join = 'requestId';
    }
  }

  #byTime(cases: readonly OpenCase[], candidates: readonly Candidate[]): void {
    const taken = new Set(cases.map(({ traceId }) => traceId));
    const free = candidates.filter(({ id }) => !taken.has(id));
    const offset = this.#xray.offset.range;
    // A call that knows its request id is never joined by less.
    for (const openCase of cases.filter(({ traceId, requestId }) => traceId === undefined && requestId === undefined)) {
      const fitting = free.filter(({ trace }) => fits(trace, openCase.call, offset));
      const [one, ...more] = fitting;
      const shared = fitting.some(({ trace }) =>
        cases.some(other => other !== openCase && fits(trace, other.call, offset)),
      );
      if (one === undefined) continue;
      if (more.length > 0 || shared) this.#hopeless.add(openCase);
      else {
        openCase.traceId = one.id;
        openCase.join = 'time';
      }
    }
  }

  async #candidates(
    windows: readonly Window[],
    functionName: string,
    known: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<Candidate[]> {
    const ids = new Set<string>();
    for (const window of windows) {
      for await (const id of this.#xray.traceIds(window, functionName, signal)) if (!known.has(id)) ids.add(id);
    }
    const candidates = [...ids].flatMap(id => this.#whole.get(id) ?? []);
    const unread = [...ids].filter(id => !this.#whole.has(id));
    for (let i = 0; i < unread.length; i += IDS_AT_ONCE) {
      const { documents } = await this.#xray.traces(unread.slice(i, i + IDS_AT_ONCE), signal);
      for (const [id, read] of documents) {
        const candidate = { id, trace: parseTrace(read, { functionName }) };
        if (candidate.trace.evidence.state === 'complete') this.#whole.set(id, candidate);
        candidates.push(candidate);
      }
    }
    return candidates;
  }
}

/** Whether the service's segment may lie within the call, wherever within its range the clocks' offset lies. */
function fits(
  { serviceStartAtMs, serviceEndAtMs }: ParsedTrace,
  call: ObservedCall,
  { leastMs, mostMs }: Offset,
): boolean {
  if (serviceStartAtMs === undefined || serviceEndAtMs === undefined) return false;
  if (serviceEndAtMs - serviceStartAtMs > call.completedAtMs - call.issuedAtMs + PRECISION_MS) return false;
  return (
    serviceStartAtMs >= call.issuedAtMs + leastMs - PRECISION_MS &&
    serviceEndAtMs <= call.completedAtMs + mostMs + PRECISION_MS
  );
}

/** Of AWS's clock, in their order; calls lie in them with room on both sides. */
function windowsOf(cases: readonly OpenCase[], { leastMs, mostMs }: Offset): Window[] {
  const spans = cases
    .map(({ call }) => ({ fromMs: call.issuedAtMs + leastMs - 1_000, toMs: call.completedAtMs + mostMs + 1_000 }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const windows: { fromMs: number; toMs: number }[] = [];
  for (const span of spans) {
    const open = windows.at(-1);
    const joins = open !== undefined && span.fromMs - open.toMs < NEAR_MS && span.toMs - open.fromMs < LONGEST_MS;
    if (joins) open.toMs = Math.max(open.toMs, span.toMs);
    else windows.push(span);
  }
  return windows;
}
