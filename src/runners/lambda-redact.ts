/** Takes secrets out of text that a server sent: some answer with what they were sent. */

const MARK = '***';
/** As much of an answer as is looked at for a message, which quotes far less. */
const LONGEST_QUOTED = 100_000;

export type Redact = (text: string) => string;

/**
 * In any case of letters: hosts are written in small ones. Secrets of fewer characters than `anywhere` stand in many a text
 * by chance; they are taken out where they stand alone.
 */
export function redactor(secrets: Iterable<string>, anywhere: number): Redact {
  // The longest first, so that none leaves a piece of another behind.
  const longestFirst = [...new Set(secrets)].filter(secret => secret !== '').sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return text => text;
  const alternatives = longestFirst.map(secret => {
    const escaped = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return secret.length >= anywhere ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
  });
  const pattern = new RegExp(alternatives.join('|'), 'giu');
  return text => text.replace(pattern, MARK);
}

/** For what goes into a message. */
export function quoting(redact: Redact): Redact {
  return text => redact(text.slice(0, LONGEST_QUOTED));
}

/** Applies `redact` to every string within a value of plain objects and arrays. */
export function redactDeep<T>(value: T, redact: Redact): T;
export function redactDeep(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(item => redactDeep(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, redact)]));
}
