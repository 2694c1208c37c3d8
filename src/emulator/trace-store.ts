/** What X-Ray keeps of the function's calls, the oldest dropped first; late and in part, if that is asked for. */
import type { EmulatorConfig } from './config.ts';
import type { Invocation, InvocationRecord } from './invocation.ts';
import { now } from './moment.ts';
import { callDocuments, type SegmentDocument, throttledDocument } from './segment-documents.ts';

const MOST_TRACES = 10_000;
/** Of a function's segment behind the service's, when it is to be late. */
const PARTIAL_MS = 1_000;

interface Kept extends SegmentDocument {
  /** Monotonic milliseconds of this process. */
  readonly visibleAtMs: number;
}

export interface StoredTrace {
  readonly root: string;
  /** Milliseconds since 1970: first byte, last answer. */
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly segments: readonly SegmentDocument[];
  readonly hasFault: boolean;
  readonly hasThrottle: boolean;
}

interface Entry {
  startEpochMs: number;
  endEpochMs: number;
  hasFault: boolean;
  hasThrottle: boolean;
  readonly segments: Kept[];
}

export class TraceStore {
  readonly #config: EmulatorConfig;
  readonly #entries = new Map<string, Entry>();

  constructor(config: EmulatorConfig) {
    this.#config = config;
  }

  finished(record: InvocationRecord): void {
    const { invocation, response, end, status } = record;
    if (!invocation.trace.sampled) return;
    const { tracePartial, traceDelayMs } = this.#config;
    const { service, fn } = callDocuments(record, this.#config);
    const at = now().ms + traceDelayMs;
    const kept = [{ ...service, visibleAtMs: at }];
    if (tracePartial !== 'always') kept.push({ ...fn, visibleAtMs: at + (tracePartial === 'late' ? PARTIAL_MS : 0) });
    const trouble = { hasFault: status !== 'success', hasThrottle: false };
    this.#add(invocation, (response?.end ?? end).epochMs, kept, trouble);
  }

  throttled(invocation: Invocation): void {
    if (!invocation.trace.sampled) return;
    const at = now();
    const kept = { ...throttledDocument(invocation, this.#config, at), visibleAtMs: at.ms + this.#config.traceDelayMs };
    this.#add(invocation, at.epochMs, [kept], { hasFault: false, hasThrottle: true });
  }

  /** As far as it can be seen by now; undefined when nothing of it can. */
  find(root: string): StoredTrace | undefined {
    const entry = this.#entries.get(root);
    return entry === undefined ? undefined : visible(root, entry);
  }

  /** Those that began in that time, in no order that anybody may rely on. */
  between(startEpochMs: number, endEpochMs: number): StoredTrace[] {
    return [...this.#entries].flatMap(([root, entry]) => {
      const within = entry.startEpochMs >= startEpochMs && entry.startEpochMs <= endEpochMs;
      return (within && visible(root, entry)) || [];
    });
  }

  #add(
    { trace: { root }, receivedAt }: Invocation,
    endEpochMs: number,
    segments: Kept[],
    { hasFault, hasThrottle }: Pick<Entry, 'hasFault' | 'hasThrottle'>,
  ): void {
    const entry = this.#entries.get(root);
    // A client may send several calls in one trace.
    if (entry !== undefined) {
      entry.segments.push(...segments);
      entry.startEpochMs = Math.min(entry.startEpochMs, receivedAt.epochMs);
      entry.endEpochMs = Math.max(entry.endEpochMs, endEpochMs);
      entry.hasFault ||= hasFault;
      entry.hasThrottle ||= hasThrottle;
      return;
    }
    this.#entries.set(root, { startEpochMs: receivedAt.epochMs, endEpochMs, segments, hasFault, hasThrottle });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_TRACES) this.#entries.delete(oldest!);
  }
}

function visible(root: string, { segments: kept, ...rest }: Entry): StoredTrace | undefined {
  const ms = now().ms;
  const segments = kept.filter(({ visibleAtMs }) => visibleAtMs <= ms);
  return segments.length === 0 ? undefined : { root, ...rest, segments };
}
