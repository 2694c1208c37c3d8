/** Filter patterns of CloudWatch Logs for lines of text: `word`, `"some words"`, all of them; `?word` any of them; `-word` none. Source: CloudWatch Logs user guide, "Filter pattern syntax". */

export type LinePattern = (line: string) => boolean;

const TERM = /\s*([?-]?)(?:"([^"]*)"|([^\s"{}[\]%]+))(?=\s|$)/y;

/** Undefined for what is none, and for patterns of JSON, fields and regular expressions, which the emulator does not have. */
export function parseLinePattern(pattern: string): LinePattern | undefined {
  const text = pattern.trimEnd();
  const terms: Record<'' | '?' | '-', string[]> = { '': [], '?': [], '-': [] };
  for (TERM.lastIndex = 0; TERM.lastIndex < text.length; ) {
    const [, kind, quoted, word] = TERM.exec(text) ?? [];
    const term = quoted ?? word;
    if (kind === undefined || term === undefined) return undefined;
    terms[kind as keyof typeof terms].push(term);
  }
  const { '': all, '?': any, '-': none } = terms;
  return line =>
    // Beside terms that must be there, those that may be are passed over.
    all.every(term => line.includes(term)) &&
    (any.length === 0 || all.length > 0 || any.some(term => line.includes(term))) &&
    !none.some(term => line.includes(term));
}
