/** X-Amzn-Trace-Id: read from a client, decided on, and written for a function. */
import { randomBytes } from 'node:crypto';
import type { Sampler } from './sampler.ts';

const ROOT = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;
const SEGMENT = /^[0-9a-f]{16}$/;

/** What a client asked for; fields that are missing or broken are absent. */
export interface TraceRequest {
  readonly root?: string;
  readonly parent?: string;
  readonly sampled?: boolean;
  /** Of Lambda's loop detection: passed on, never read. */
  readonly lineage?: string;
}

/** The trace a call belongs to. */
export interface Trace {
  readonly root: string;
  /** Segment the caller sent; absent when the trace begins here. */
  readonly upstream?: string;
  /** Of the function's own segment: Parent in what the function sees. */
  readonly segmentId: string;
  readonly sampled: boolean;
  /** For Lambda-Runtime-Trace-Id, and from there to `_X_AMZN_TRACE_ID`. */
  readonly header: string;
}

/** Keys in any order and case, blanks after `;`. */
export function parseTraceHeader(header: string | undefined): TraceRequest {
  const fields = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key && value !== undefined) fields.set(key.toLowerCase(), value);
  }
  const [root, parent, sampled, lineage] = ['root', 'parent', 'sampled', 'lineage'].map(key => fields.get(key));
  return {
    ...(root !== undefined && ROOT.test(root) && { root }),
    ...(parent !== undefined && SEGMENT.test(parent) && { parent }),
    // `Sampled=?` leaves the decision to us.
    ...((sampled === '0' || sampled === '1') && { sampled: sampled === '1' }),
    ...(lineage !== undefined && { lineage }),
  };
}

/** Without active tracing nothing is sampled, whatever the client says. */
export function traceOf(
  request: TraceRequest,
  { tracing, sampler }: { tracing: 'Active' | 'PassThrough'; sampler: Sampler },
): Trace {
  const root = request.root ?? newRoot();
  const segmentId = newSegmentId();
  const sampled = tracing === 'Active' && sampler.decide(request.sampled);
  const lineage = request.lineage === undefined ? '' : `;Lineage=${request.lineage}`;
  const own = tracing === 'Active' ? `;Parent=${segmentId};Sampled=${sampled ? 1 : 0}` : '';
  return {
    root,
    ...(request.parent !== undefined && { upstream: request.parent }),
    segmentId,
    sampled,
    header: `Root=${root}${own}${lineage}`,
  };
}

export function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1_000);
  return `1-${seconds.toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
}

export function newSegmentId(): string {
  return randomBytes(8).toString('hex');
}

/** As Lambda tells it to the caller. */
export function responseTraceHeader(trace: Trace): string {
  return `root=${trace.root};sampled=${trace.sampled ? 1 : 0}`;
}
