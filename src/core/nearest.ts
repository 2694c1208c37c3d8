/** Did you mean: the candidate that a mistyped word most likely stands for. */
import { distance } from 'fastest-levenshtein';

/** The candidate with the fewest edits from `word`, the first of several; undefined when more than a third of the word, rounded up, would change. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let fewest = Math.ceil(word.length / 3) + 1;
  let best: string | undefined;
  for (const candidate of candidates) {
    const edits = distance(word, candidate);
    if (edits < fewest) [fewest, best] = [edits, candidate];
  }
  return best;
}
