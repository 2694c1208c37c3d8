/** Takes secrets out of text that a server sent: some answer with what they were sent. */

const MARK = '***';

/** In any case of letters: hosts are written in small ones. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  if (secrets.length === 0) return text => text;
  // The longest first, so that none leaves a piece of another behind.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(secret => secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'gi');
  return text => text.replace(pattern, MARK);
}

/** Those that do not stand in any text by chance. */
export function atLeast(characters: number, secrets: readonly string[]): string[] {
  return secrets.filter(({ length }) => length >= characters);
}

/** Applies `redact` to every string within a value of plain objects and arrays. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T;
export function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(item => redactDeep(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactDeep(item, redact)]));
}
