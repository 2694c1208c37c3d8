/** Runs against each other: each time of each target and start kind, whether both did like work, and whether repeats of a side agree. No layout. */
import type { Distribution, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { distributionOf } from '../stats/distribution.ts';
import { holm } from '../stats/holm.ts';
import { FEWEST_TO_COMPARE, type MedianRatio, medianRatio } from '../stats/median-ratio.ts';
import { timesOf } from '../stats/summary.ts';
import { type Asked, type Judged, judge } from '../stats/verdict.ts';
import { isOpenLoop } from './facts.ts';
import { failureLines, type OneSided, oneSided, unlikeCalls } from './run-calls.ts';
import { differencesOf, mismatchesOf } from './run-likeness.ts';

/** One run, or several of the same thing. */
export interface RunSide {
  readonly name: string;
  readonly records: readonly RunRecord[];
}

export interface RunRow {
  readonly target: string;
  readonly start: StartKind;
  readonly timing: string;
  readonly baseline: Distribution;
  readonly other: Distribution;
  readonly judged: Judged;
  /** Why its repeats are not one sample; nothing is decided then. */
  readonly disagreements: readonly string[];
}

export interface RunComparison {
  readonly baseline: RunSide;
  readonly other: RunSide;
  readonly rows: readonly RunRow[];
  /** The row that decides; undefined when nothing can be compared. */
  readonly headline: RunRow | undefined;
  /** Unlike work: a ratio then says nothing of what took longer, and no gate holds. */
  readonly mismatches: readonly string[];
  /** What else is unlike, and may be what is to be compared. */
  readonly differences: readonly string[];
  /** Repeats of a side that do not agree with each other in the headline, or are not known to: they are not one sample, and nothing is decided. */
  readonly disagreements: readonly string[];
  /** What only one side has, and is not compared. */
  readonly oneSided: readonly OneSided[];
  /** Calls that failed, of either side. */
  readonly failures: readonly string[];
  /** Both sides have repeats, and took turns: only then does a verdict speak of more than these runs. */
  readonly inTurns: boolean;
}

const TIMINGS = ['serviceMs', 'responseMs', 'handlerMs', 'inferenceMs', 'preprocessMs', 'initMs'];
const STARTS: readonly StartKind[] = ['warm', 'unknown', 'cold', 'proactive'];

export function compareRuns(baseline: RunSide, other: RunSide): RunComparison {
  const pairs = targetPairs(baseline, other);
  const work = mismatchesOf(baseline, other, pairs);
  const asked = pairs.flatMap(pair =>
    STARTS.flatMap(start => TIMINGS.flatMap(timing => ask(pair, start, timing) ?? [])),
  );
  const open =
    baseline.records.every(({ run }) => isOpenLoop(run)) && other.records.every(({ run }) => isOpenLoop(run));
  const shown = asked.filter(({ timing }) => open || timing !== 'responseMs');
  const at = headlineOf(shown, open ? 'responseMs' : 'serviceMs');
  const rows = judge(shown, at).map((judged, i): RunRow => {
    const { target, start, timing, values, baseline: theirs } = shown[i]!;
    return {
      ...{ target, start, timing, judged },
      disagreements: [...disagreements(baseline, theirs), ...disagreements(other, values)],
      baseline: distributionOf(theirs.flat())!,
      other: distributionOf(values.flat())!,
    };
  });
  return {
    ...{ baseline, other, rows, headline: rows[at] },
    mismatches: work.length > 0 ? work : pairs.flatMap(unlikeCalls),
    differences: differencesOf(baseline, other, pairs),
    disagreements: rows[at]?.disagreements ?? [],
    oneSided: oneSided(baseline, other, pairs),
    failures: failureLines(pairs, baseline, other),
    inTurns: tookTurns(baseline, other),
  };
}

/** The same target of both sides, one of each record; the only ones where each side has one. */
export interface TargetPair {
  readonly name: string;
  readonly baseline: readonly Target[];
  readonly other: readonly Target[];
  /** SHA-256 of a picture, by the name that it has in the run of that target. */
  readonly pictureOf: (target: Target, image: string) => string;
}

function picturesBySha(sides: readonly RunSide[]): TargetPair['pictureOf'] {
  const bySha = new Map(
    sides.flatMap(({ records }) =>
      records.flatMap(({ targets, images }) => {
        const names = new Map(images.map(({ name, sha256 }) => [name, sha256]));
        return targets.map(target => [target, names] as const);
      }),
    ),
  );
  return (target, image) => bySha.get(target)?.get(image) ?? image;
}

function targetPairs(baseline: RunSide, other: RunSide): TargetPair[] {
  const pictureOf = picturesBySha([baseline, other]);
  const named = (side: RunSide, name: string) =>
    side.records.flatMap(({ targets }) => targets.filter(target => target.name === name));
  const names = [...new Set(baseline.records.flatMap(({ targets }) => targets.map(({ name }) => name)))];
  const common = names.filter(name => named(other, name).length > 0);
  if (common.length > 0) {
    return common.map(name => ({ name, baseline: named(baseline, name), other: named(other, name), pictureOf }));
  }
  const all = (side: RunSide) => side.records.flatMap(({ targets }) => targets);
  const single = (side: RunSide) => side.records.every(({ targets }) => targets.length === 1);
  if (!single(baseline) || !single(other)) return [];
  const name = `${all(other)[0]!.name} / ${all(baseline)[0]!.name}`;
  return [{ name, baseline: all(baseline), other: all(other), pictureOf }];
}

type AskedRow = Asked & { readonly target: string; readonly start: StartKind; readonly timing: string };

/** Undefined unless both sides have such calls. */
function ask({ name, baseline, other }: TargetPair, start: StartKind, timing: string): AskedRow | undefined {
  const [theirs, ours] = [baseline, other].map(targets =>
    targets.map(({ samples }) => timesOfCalls(samples, start, timing)).filter(({ length }) => length > 0),
  );
  if (theirs!.length === 0 || ours!.length === 0) return undefined;
  return { target: name, start, timing, values: ours!, baseline: theirs!, paired: false };
}

function timesOfCalls(samples: readonly Sample[], start: StartKind, timing: string): number[] {
  return samples
    .filter(sample => sample.outcome.ok && sample.phase === 'measured' && sample.start === start)
    .flatMap(sample => timesOf(sample)[timing] ?? []);
}

/** What a user waits for, of warm calls of the function where there is one. */
function headlineOf(rows: readonly AskedRow[], timing: string): number {
  const find = (wanted: (row: AskedRow) => boolean) => rows.findIndex(row => row.timing === timing && wanted(row));
  const enough = ({ values, baseline }: AskedRow) => Math.min(values.flat().length, baseline.flat().length) > 1;
  for (const wanted of [
    (row: AskedRow) => row.target === 'lambda' && row.start !== 'cold' && enough(row),
    (row: AskedRow) => row.start !== 'cold' && enough(row),
    () => true,
  ]) {
    const at = find(wanted);
    if (at !== -1) return at;
  }
  return -1;
}

const LEVEL = 0.05;

/** Each repeat against each other, corrected for being many. Those that are too short to tell are not known to agree. */
function disagreements({ name }: RunSide, runs: readonly (readonly number[])[]): string[] {
  const pairs = runs.flatMap((one, i) => runs.slice(i + 1).map(two => medianRatio([two], [one])));
  const known = pairs.filter((pair): pair is MedianRatio & { pValue: number } => pair?.pValue != null);
  const apart = holm(known.map(({ pValue }) => pValue)).filter(pValue => pValue <= LEVEL).length;
  if (apart > 0) {
    const most = Math.max(...known.map(({ ratio }) => Math.max(ratio, 1 / ratio)));
    return [
      `the ${runs.length} runs of ${name} do not agree with each other: their medians lie up to ${((most - 1) * 100).toFixed(1)} % apart`,
    ];
  }
  if (known.length === pairs.length) return [];
  return [
    `the ${runs.length} runs of ${name} are not known to agree with each other: it takes ${FEWEST_TO_COMPARE} calls in each to tell`,
  ];
}

/** In the order of time each two that follow each other are one of either side. */
function tookTurns(one: RunSide, other: RunSide): boolean {
  const order = [one, other]
    .flatMap((side, of) => side.records.map(({ run }) => ({ of, at: Date.parse(run.startedAt) })))
    .sort((a, b) => a.at - b.at);
  if (one.records.length < 2 || one.records.length !== other.records.length) return false;
  return order.every(({ of }, i) => i % 2 === 0 || of !== order[i - 1]!.of);
}
