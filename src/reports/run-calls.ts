/** Which calls a comparison of runs rests on: those that failed, those that only one side has, and how often each picture is among them. No layout. */
import { type RunRecord, type Sample, START_KINDS, type Target } from '../core/record.ts';
import { fisherExact } from '../stats/fisher.ts';
import { FEWEST_TO_COMPARE } from '../stats/median-ratio.ts';
import type { RunSide, TargetPair } from './compare-runs.ts';

const LEVEL = 0.05;
/** Share of the calls that may have met other pictures: beyond what a last turn that was cut off brings about. */
const OTHER_PICTURES = 0.05;

/** What leaves no verdict on a pair, though the work was alike. */
export function unlikeCalls(pair: TargetPair): string[] {
  return [...unlikeFailures(pair), ...unlikePictures(pair)];
}

/** `81 of 120 calls of lambda failed in B, none of 120 in A`; nothing where none did. */
export function failureLines(pairs: readonly TargetPair[], baseline: RunSide, other: RunSide): string[] {
  return pairs.flatMap(pair => {
    const [theirs, ours] = [failuresOf(pair.baseline), failuresOf(pair.other)];
    if (theirs.marked + ours.marked === 0) return [];
    const of = ({ marked, count }: typeof ours) => `${marked === 0 ? 'none' : marked} of ${count}`;
    return [`calls of ${pair.name} that failed: ${of(ours)} in ${other.name}, ${of(theirs)} in ${baseline.name}`];
  });
}

function failuresOf(targets: readonly Target[]): { marked: number; count: number } {
  const calls = targets.flatMap(measured);
  return { marked: calls.filter(({ outcome }) => !outcome.ok).length, count: calls.length };
}

const measured = ({ samples }: Target) => samples.filter(({ phase }) => phase === 'measured');

/** Those that failed may have been the slow ones. */
function unlikeFailures({ name, baseline, other }: TargetPair): string[] {
  if (fisherExact(failuresOf(baseline), failuresOf(other)) > LEVEL) return [];
  return [`calls of ${name} failed more often on one side`];
}

/** A median over pictures depends on how often each is there. By start kind, since a cold call is one of some picture, too. */
function unlikePictures(pair: TargetPair): string[] {
  return START_KINDS.flatMap(start => {
    const [theirs, ours] = [mixOf(pair, pair.baseline, start), mixOf(pair, pair.other, start)];
    // Fewer have no verdict; and a few cold calls meet whatever picture was due.
    if (Math.min(theirs.count, ours.count) < FEWEST_TO_COMPARE) return [];
    const pictures = [...new Map([...theirs.names, ...ours.names])].map(([picture, name]) => {
      const [their, our] = [theirs, ours].map(({ shares }) => shares.get(picture) ?? 0) as [number, number];
      return { name, their, our, moved: Math.abs(our - their) };
    });
    const distance = pictures.reduce((sum, { moved }) => sum + moved, 0) / 2;
    const cutOff = (pictures.length / 4) * (1 / theirs.count + 1 / ours.count);
    if (distance <= OTHER_PICTURES + cutOff) return [];
    const { name, our, their } = pictures.reduce((most, one) => (one.moved > most.moved ? one : most));
    const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
    return [
      `pictures of the ${start} calls of ${pair.name} that succeeded: ${name} was ${percent(our)} of them against ${percent(their)}`,
    ];
  });
}

/** How many calls succeeded, and the share and a name of each picture among them. */
interface Mix {
  readonly count: number;
  readonly shares: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
}

function mixOf({ pictureOf }: TargetPair, targets: readonly Target[], start: Sample['start']): Mix {
  const calls = targets.flatMap(target =>
    succeeded(target, start).map(({ image }) => ({ image, picture: pictureOf(target, image) })),
  );
  const shares = new Map<string, number>();
  for (const { picture } of calls) shares.set(picture, (shares.get(picture) ?? 0) + 1 / calls.length);
  return { count: calls.length, shares, names: new Map(calls.map(({ picture, image }) => [picture, image])) };
}

const succeeded = (target: Target, start: Sample['start']) =>
  measured(target).filter(call => call.outcome.ok && call.start === start);

/** What one side alone has, and so is in no row. */
export interface OneSided {
  readonly target: string;
  readonly text: string;
  /** Whether the headline may have been another with it. */
  readonly matters: boolean;
}

/** Targets that one side did not measure, and start kinds that one side has no call of. */
export function oneSided(baseline: RunSide, other: RunSide, pairs: readonly TargetPair[]): OneSided[] {
  const paired = new Set(pairs.flatMap(pair => [...pair.baseline, ...pair.other]));
  const alone = [baseline, other].flatMap(side => {
    const names = new Set(targetsOf(side).flatMap(target => (paired.has(target) ? [] : [target.name])));
    return [...names].map(name => ({
      ...{ target: name, text: `only ${side.name} measured ${name}` },
      // What the baseline has not cannot have become slower.
      matters: side === baseline,
    }));
  });
  const starts = pairs.flatMap(pair =>
    START_KINDS.flatMap((start): OneSided[] => {
      const [theirs, ours] = [pair.baseline, pair.other].map(
        targets => targets.flatMap(target => succeeded(target, start)).length,
      ) as [number, number];
      if ((theirs === 0) === (ours === 0)) return [];
      const [count, side] = theirs > 0 ? [theirs, baseline] : [ours, other];
      // Of these nobody knows whether they belong to the others.
      const matters = start === 'unknown';
      return [{ target: pair.name, text: `only ${side.name} has ${start} calls of ${pair.name}: ${count}`, matters }];
    }),
  );
  return [...alone, ...starts];
}

const targetsOf = ({ records }: RunSide) => records.flatMap(({ targets }: RunRecord) => targets);
