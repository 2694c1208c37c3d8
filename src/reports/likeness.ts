/** Whether two sides did the same work: only then do their times compare. */
import type { Sample, Target, TargetInfo } from '../core/record.ts';
import { plural } from './figures.ts';

/** Turn by turn. */
interface Calls {
  readonly calls: readonly Sample[];
}

/** Pictures to which two sides gave other classes, or probabilities that differ in the second decimal of a percent. */
export function differingPredictions(one: Calls, other: Calls): { differ: string[]; both: number } {
  const differ = new Set<string>();
  for (const [turn, call] of one.calls.entries()) {
    if (!sameAnswer(call.predictions, other.calls[turn]!.predictions)) differ.add(call.image);
  }
  return { differ: [...differ], both: new Set(one.calls.map(({ image }) => image)).size };
}

/** Whether they are known to have done other work: another model, another preprocessing, or other answers. */
export function areUnlike(
  one: Calls & { readonly target: Target },
  other: Calls & { readonly target: Target },
): boolean {
  const [a, b] = [one.target.info, other.target.info];
  const known = (x: string | undefined, y: string | undefined) => x !== undefined && y !== undefined && x !== y;
  return (
    known(a.model?.sha256, b.model?.sha256) ||
    known(a.preprocess, b.preprocess) ||
    differingPredictions(one, other).differ.length > 0
  );
}

/** The second decimal of a percent, and half of it because both sides are rounded. */
const SAME_PROBABILITY = 0.000_15;

export function sameAnswer(one: Sample['predictions'], other: Sample['predictions']): boolean {
  return (
    one.length === other.length &&
    one.every(
      ({ classId, probability }, i) =>
        classId === other[i]!.classId && Math.abs(probability - other[i]!.probability) <= SAME_PROBABILITY,
    )
  );
}

/** `local ran 2 threads, lambda 1`: fair only if that is what is to be compared. Undefined when they are the same, or unknown. */
export function differingThreads({ name: one, info: a }: Target, { name: other, info: b }: Target): string | undefined {
  if (a.threads === undefined || b.threads === undefined || a.threads === b.threads) return undefined;
  return `${one} ran ${plural(a.threads, 'thread')}, ${other} ${b.threads}`;
}

/** Of the same model one side loads a file that was made ready before: sessions and cold starts differ by that. Undefined where they do alike. */
export function differingPreparation(one: Target, other: Target): string | undefined {
  const [prepared, plain] = one.info.model?.prepared === undefined ? [other, one] : [one, other];
  if (prepared.info.model?.prepared === undefined || plain.info.model?.prepared !== undefined) return undefined;
  return `${prepared.name} loads its model prepared, ${plain.name} as it is: sessions and cold starts differ by that too`;
}

/** Whether both are known to run the same network with as many threads: then what its times differ by is the processors' doing. */
export function sameInference({ info: one }: Target, { info: other }: Target): boolean {
  const [a, b] = [one.model?.sha256, other.model?.sha256];
  return a !== undefined && a === b && one.threads !== undefined && one.threads === other.threads;
}

/** In words, what two targets are known to do unlike each other, or not known to do alike. */
export function differingWork({ info: one }: Target, { info: other }: Target): string[] {
  const pairs: [what: string, one: string | undefined, other: string | undefined][] = [
    ['model', one.model?.sha256, other.model?.sha256],
    ['preprocessing', one.preprocess, other.preprocess],
  ];
  return pairs.flatMap(([what, a, b]) => {
    if (a === undefined || b === undefined) return [`${what} not known of both`];
    if (a === b) return [];
    return [`another ${what}${what === 'model' ? `: ${modelName(one)} and ${modelName(other)}` : `: ${a} and ${b}`}`];
  });
}

const modelName = ({ model }: TargetInfo) => model?.name ?? 'unknown';
