/** How a call met its environment. */
import { z } from 'zod';

/** How the environment met a query: by evidence, never by position or slowness. */
export const START_KINDS = ['cold', 'proactive', 'warm', 'unknown'] as const;
export const startKindSchema = z.enum(START_KINDS);
export type StartKind = z.infer<typeof startKindSchema>;

/** The first call of an environment: neither warm-up nor one of the iterations. */
export function isFirstCall(start: StartKind): boolean {
  return start === 'cold' || start === 'proactive';
}

/** The surest first. */
export const startEvidenceSchema = z.enum(['trace', 'handler', 'log']);
export type StartEvidence = z.infer<typeof startEvidenceSchema>;
