/** The X-Amzn-Trace-Id header: made for a request, read from an answer. */
import { randomBytes } from 'node:crypto';

const ROOT = /(?:^|;)\s*root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?=\s*(?:;|$))/i;
const SAMPLED = /(?:^|;)\s*sampled=([01])(?=\s*(?:;|$))/i;

/** Of a trace that begins now. */
export function newTraceHeader(sampled = true): string {
  const seconds = Math.floor(Date.now() / 1_000)
    .toString(16)
    .padStart(8, '0');
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=${sampled ? 1 : 0}`;
}

/** Keys may stand in any order and case, blanks after `;`. Undefined when there is no root, or none of a right form. */
export function traceIdOf(header: string | undefined): string | undefined {
  return ROOT.exec(header ?? '')?.[1];
}

/** Whether it was sampled; undefined when the header leaves that open, or is none. */
export function isSampled(header: string | undefined): boolean | undefined {
  const decision = SAMPLED.exec(header ?? '')?.[1];
  return decision === undefined ? undefined : decision === '1';
}
