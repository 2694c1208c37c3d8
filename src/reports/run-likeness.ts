/** What two sides of a comparison of runs did unlike each other: the work, which leaves nothing to compare, and all else, which is named. */
import type { RunRecord, Sample, Target } from '../core/record.ts';
import type { RunSide, TargetPair } from './compare-runs.ts';
import { sameAnswer } from './likeness.ts';

/** Model, pictures, preprocessing, answers. */
export function mismatchesOf(baseline: RunSide, other: RunSide, pairs: readonly TargetPair[]): string[] {
  if (pairs.length === 0) return ['no target was measured on both sides'];
  return [
    ...(alike(baseline.records, other.records, pictureKeys)
      ? []
      : unlike('pictures', values(baseline.records, pictureNames), values(other.records, pictureNames))),
    ...pairs.flatMap(pair => {
      const answers = unlikeAnswers(pair);
      const work = workOf(pair).filter(({ known }) => known || answers === undefined || answers.length > 0);
      return [...work.map(({ line }) => line), ...(answers ?? [])];
    }),
  ];
}

/** What is unlike of model and preprocessing, or is not known: then the same answers show the same work. */
function workOf(pair: TargetPair): { line: string; known: boolean }[] {
  const both = [
    [`model of ${pair.name}`, modelName, modelKey],
    [`preprocessing of ${pair.name}`, preprocessOf, preprocessOf],
  ] as const;
  return both.flatMap(([what, value, key]) => {
    if (alike(pair.baseline, pair.other, key)) return [];
    const [one, other] = [values(pair.baseline, value), values(pair.other, value)];
    const known = ![...one, ...other].includes(undefined);
    return unlike(what, one, other).map(line => ({ line, known }));
  });
}

/** By their contents: a name makes no other work. */
const pictureKeys = ({ images }: RunRecord) =>
  images
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
const pictureNames = ({ images }: RunRecord) =>
  images
    .map(({ name, sha256 }) => `${name} ${sha256.slice(0, 8)}`)
    .sort()
    .join(', ');
const modelKey = ({ info: { model } }: Target) => model?.sha256;
const modelName = ({ info: { model } }: Target) =>
  model?.sha256 === undefined ? undefined : `${model.name} ${model.sha256.slice(0, 8)}`;
const preprocessOf = ({ info }: Target) => info.preprocess;

/** Each once; undefined where one does not tell. */
function values<T>(of: readonly T[], value: (one: T) => string | undefined): (string | undefined)[] {
  return [...new Set(of.map(value))];
}

/** Whether all of both sides are known and the same. */
function alike<T>(one: readonly T[], other: readonly T[], key: (of: T) => string | undefined): boolean {
  const all = values([...one, ...other], key);
  return all.length === 1 && all[0] !== undefined;
}

/** Nothing when all of both sides are known and the same. */
function unlike(what: string, one: readonly (string | undefined)[], other: readonly (string | undefined)[]): string[] {
  const all = new Set([...one, ...other]);
  if (all.has(undefined)) return [`${what}: not known of both`];
  return all.size === 1 ? [] : [`${what}: ${one.join(' and ')} against ${other.join(' and ')}`];
}

/** By the first answer to each picture that both were asked; undefined when there is none. */
function unlikeAnswers({ name, baseline, other, pictureOf }: TargetPair): string[] | undefined {
  const [theirs, ours] = [baseline, other].map(targets => targets.map(target => firstAnswers(target, pictureOf)));
  const differ = new Set<string>();
  let both = 0;
  for (const one of theirs!) {
    for (const two of ours!) {
      for (const [picture, { image, predictions }] of one) {
        const counterpart = two.get(picture);
        if (counterpart === undefined) continue;
        both++;
        if (!sameAnswer(predictions, counterpart.predictions)) differ.add(image);
      }
    }
  }
  if (both === 0) return undefined;
  return differ.size === 0 ? [] : [`answers of ${name} differ on ${[...differ].join(', ')}`];
}

/** By the contents of the pictures. */
function firstAnswers(target: Target, pictureOf: TargetPair['pictureOf']): Map<string, Sample> {
  const answers = new Map<string, Sample>();
  for (const sample of target.samples) {
    const picture = pictureOf(target, sample.image);
    if (sample.predictions.length > 0 && !answers.has(picture)) answers.set(picture, sample);
  }
  return answers;
}

/** How they were made. */
export function differencesOf(baseline: RunSide, other: RunSide, pairs: readonly TargetPair[]): string[] {
  const records: [string, (record: RunRecord) => string | undefined][] = [
    ['scenario', ({ run }) => run.scenario],
    [
      'schedule',
      ({ run: { options } }) =>
        [options.intervalMs, options.rate, options.arrivals].filter(value => value !== undefined).join(' ') || 'none',
    ],
    ['end', ({ run }) => run.status],
    [
      'program',
      ({ tool, machine }) =>
        `${tool.version}${machine?.gitRevision === undefined ? '' : ` at ${machine.gitRevision.slice(0, 8)}`}`,
    ],
    ['machine', ({ machine }) => machine && `${machine.cpuModel}, ${machine.cpuCount} cores, ${machine.os}`],
    ['Node', ({ machine }) => machine?.node],
    ['onnxruntime', ({ machine }) => machine?.onnxruntime],
    ['sharp', ({ machine }) => machine?.sharp],
  ];
  const targets: [string, (target: Target) => string][] = [
    ['target', ({ name }) => name],
    ['model prepared', ({ info }) => info.model?.prepared ?? 'not, or not told'],
    ['threads', ({ info }) => String(info.threads ?? 'unknown')],
    ['memory size', ({ info }) => String(info.memoryMb ?? 'none')],
    ['CPU share', ({ info }) => String(info.cpuShare ?? 'none')],
    ['emulated', ({ info }) => String(info.emulated)],
    ['front door', ({ info }) => info.frontDoor ?? 'none'],
    ['connection', ({ info }) => info.connection ?? 'none'],
    ['function', ({ info }) => info.functionName ?? info.url ?? 'none'],
    ['region', ({ info }) => info.region ?? 'none'],
    ['Node', ({ info }) => info.node ?? 'not told'],
    ['onnxruntime', ({ info }) => info.onnxruntime ?? 'not told'],
    ['processor', ({ info }) => info.cpuModel ?? 'none'],
  ];
  const untold = pairs.flatMap(pair =>
    unlikeAnswers(pair)?.length === 0
      ? workOf(pair)
          .filter(({ known }) => !known)
          .map(({ line }) => `${line}, but the answers are the same`)
      : [],
  );
  return [
    ...untold,
    ...records.flatMap(([what, value]) => unlike(what, values(baseline.records, value), values(other.records, value))),
    ...pairs.flatMap(pair =>
      targets.flatMap(([what, value]) =>
        unlike(`${what} of ${pair.name}`, values(pair.baseline, value), values(pair.other, value)),
      ),
    ),
  ];
}
