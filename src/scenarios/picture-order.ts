/** Which picture a call shows: a function of its number alone, so that targets show the same in the same turn, and a resumed run goes on as it began. */
import { seededRandom } from '../core/random.ts';

/** Position among the pictures, from 0. */
export type PictureOrder = (seq: number) => number;

export function inTurns(count: number): PictureOrder {
  return seq => seq % count;
}

/** Each picture once in every round of all of them, each round in an order of its own; the same for the same seed (a whole number). */
export function shuffled(count: number, seed: number): PictureOrder {
  let round = -1;
  let order: number[] = [];
  return seq => {
    const wanted = Math.floor(seq / count);
    if (wanted !== round) {
      round = wanted;
      order = permutation(count, seededRandom(Math.imul(seed, 0x9e3779b1) ^ wanted));
    }
    return order[seq % count]!;
  };
}

/** Fisher and Yates, as by Durstenfeld: Communications of the ACM 7 (1964), algorithm 235. */
function permutation(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
