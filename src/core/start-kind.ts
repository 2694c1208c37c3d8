/** How a call met its environment. Without schemas, which the command line's options would load for nothing. */

/** How the environment met a query: by evidence, never by position or slowness. */
export const START_KINDS = ['cold', 'proactive', 'warm', 'unknown'] as const;
export type StartKind = (typeof START_KINDS)[number];

/** The first call of an environment: neither warm-up nor one of the iterations. */
export function isFirstCall(start: StartKind): boolean {
  return start === 'cold' || start === 'proactive';
}

/** The surest first. */
export const START_EVIDENCES = ['trace', 'handler', 'log'] as const;
export type StartEvidence = (typeof START_EVIDENCES)[number];
