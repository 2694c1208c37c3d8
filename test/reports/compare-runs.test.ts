/** Runs against each other: verdicts, what is like and what is not, repeats; and the gates on them. */
import { describe, expect, it } from 'vitest';
import { PRICES } from '../../src/core/prices.ts';
import type { RunRecord } from '../../src/core/record.ts';
import { parseThreshold, type Threshold } from '../../src/core/threshold.ts';
import { compareRuns, type RunSide } from '../../src/reports/compare-runs.ts';
import { comparisonGates, gatesOf } from '../../src/reports/gates.ts';
import { runCells, runVerdict } from '../../src/reports/verdict-text.ts';
import { normal, seededRandom } from '../random.ts';
import { sampleWith } from '../sample.ts';
import { completed, recordOf } from './record.ts';

const random = seededRandom(31);
const [FIRST] = completed.targets;

/** A local run of so many warm calls about a median, made at a minute of an hour. */
function runOf(
  minute: number,
  medianMs: number,
  { count = 60, sha256 = 'ab', image = 'dog.jpg', picture = '01' } = {},
): RunRecord {
  const run = {
    ...completed.run,
    id: `20261123-18${String(minute).padStart(2, '0')}00-local`,
    startedAt: `2026-11-23T18:${String(minute).padStart(2, '0')}:00.000Z`,
  };
  const samples = Array.from({ length: count }, (_, seq) => {
    const ms = medianMs * Math.exp(0.04 * normal(random));
    return sampleWith({
      seq,
      image,
      scheduledMs: seq * 100,
      issuedMs: seq * 100,
      completedMs: seq * 100 + ms,
      timings: { inferenceMs: ms * 0.8, handlerMs: ms * 0.99 },
      predictions: [{ classId: 162, label: 'beagle', probability: 0.7 }],
    });
  });
  const info = { ...FIRST!.info, model: { ...FIRST!.info.model!, sha256: sha256.repeat(32) } };
  const images = [{ name: image, sha256: picture.repeat(32), bytes: 5 }];
  return recordOf(run, [{ name: 'local', info, warnings: [], samples }], images);
}

const side = (name: string, ...records: RunRecord[]): RunSide => ({ name, records });
const gate = (text: string) => parseThreshold(text) as Threshold;
const TERMS = { prices: PRICES, freeTier: false };

describe('two runs', () => {
  it('differ, and that is said of these two alone', () => {
    const comparison = compareRuns(side('A', runOf(0, 20)), side('B', runOf(1, 26)));
    expect(comparison.headline).toMatchObject({
      target: 'local',
      start: 'warm',
      timing: 'serviceMs',
      judged: { verdict: 'slower' },
    });
    expect(comparison.rows.map(({ timing }) => timing)).toEqual(['serviceMs', 'handlerMs', 'inferenceMs']);
    expect(runVerdict(comparison)).toMatch(
      /^these two runs: B is slower than A: warm service p50 of local 2\d\.\d ms against \d+\.\d ms, 1\.\d+x \[/,
    );
    expect(runVerdict(compareRuns(side('A', runOf(0, 26)), side('B', runOf(1, 20))))).toContain('B is faster than A');
  });

  it('do not differ, or are too short to tell', () => {
    expect(runVerdict(compareRuns(side('A', runOf(0, 20)), side('B', runOf(1, 20))))).toContain(
      'no difference seen between B and A',
    );
    expect(runVerdict(compareRuns(side('A', runOf(0, 20, { count: 9 })), side('B', runOf(1, 40))))).toContain(
      'too few samples to tell B from A',
    );
  });

  it('of unlike work have no verdict, and each mismatch its name', () => {
    const comparison = compareRuns(
      side('A', runOf(0, 20)),
      side('B', runOf(1, 40, { sha256: 'cd', image: 'cat.jpg', picture: '02' })),
    );
    expect(comparison.mismatches).toEqual([
      'pictures: dog.jpg 01010101 against cat.jpg 02020202',
      'model of local: resnet50-synthetic abababab against resnet50-synthetic cdcdcdcd',
    ]);
    expect(runVerdict(comparison)).toMatch(/^NOT LIKE WITH LIKE, no verdict: /);
    const [head, ...cells] = runCells(comparison);
    const at = head!.indexOf('verdict');
    expect(new Set(cells.map(row => row[at]))).toEqual(new Set(['-']));
    expect(comparisonGates(comparison, [gate('regression<500%')], TERMS)[0]).toMatchObject({
      held: false,
      reason: expect.stringContaining('not like with like: pictures'),
    });
  });

  it('of the same model and picture under other names are alike', () => {
    const renamed = runOf(1, 26, { image: 'hund.jpg' });
    renamed.targets[0]!.info.model!.name = 'mine';
    const { mismatches, headline } = compareRuns(side('A', runOf(0, 20)), side('B', renamed));
    expect(mismatches).toEqual([]);
    expect(headline?.judged.verdict).toBe('slower');
  });

  it('of which one failed more often have no verdict and keep no gate; a few failures are named', () => {
    const failing = (every: number) => {
      const record = runOf(1, 20);
      for (const sample of record.targets[0]!.samples.filter(({ seq }) => seq % every === 0)) {
        sample.outcome = { ok: false, error: { kind: 'timeout', message: 'too late' } };
      }
      return compareRuns(side('A', runOf(0, 20)), side('B', record));
    };
    const many = failing(3);
    expect(many.mismatches).toEqual(['calls of local failed more often on one side']);
    expect(many.failures).toEqual(['calls of local that failed: 20 of 60 in B, none of 60 in A']);
    expect(runVerdict(many)).toMatch(/^NOT LIKE WITH LIKE, no verdict: /);
    expect(comparisonGates(many, [gate('regression<500%')], TERMS)[0]!.held).toBe(false);
    const few = failing(59);
    expect(few.mismatches).toEqual([]);
    expect(few.failures).toEqual(['calls of local that failed: 2 of 60 in B, none of 60 in A']);
  });

  it('of which other pictures succeeded have no verdict; a last turn that was cut off leaves one', () => {
    const inTurns = (minute: number, { count = 60, only = 5 } = {}) => {
      const record = runOf(minute, 20, { count });
      const images = Array.from({ length: 5 }, (_, i) => ({ name: `${i}.jpg`, sha256: `0${i}`.repeat(32), bytes: 5 }));
      for (const sample of record.targets[0]!.samples) {
        sample.image = `${sample.seq % 5}.jpg`;
        if (sample.seq % 5 >= only) sample.phase = 'warmup';
      }
      return { ...record, images };
    };
    const compare = (other: RunRecord) => compareRuns(side('A', inTurns(0)), side('B', other)).mismatches;
    expect(compare(inTurns(1, { count: 100, only: 3 }))).toEqual([
      expect.stringMatching(
        /^pictures of the warm calls of local that succeeded: \d\.jpg was \d+ % of them against 20 %$/,
      ),
    ]);
    expect(compare(inTurns(1, { count: 43 }))).toEqual([]);
  });

  it('whose few cold calls met other pictures keep their verdict on warm ones', () => {
    const withCold = (minute: number, image: string) => {
      const record = runOf(minute, 20);
      for (const sample of record.targets[0]!.samples.slice(0, 4)) Object.assign(sample, { start: 'cold', image });
      return record;
    };
    const { mismatches } = compareRuns(side('A', withCold(0, 'dog.jpg')), side('B', withCold(1, 'cat.jpg')));
    expect(mismatches).toEqual([]);
  });

  it('name a target and calls of unknown start that only one side has, and leave a gate on the headline unkept', () => {
    const two = runOf(0, 20);
    const withLambda = { ...two, targets: [...two.targets, { ...two.targets[0]!, name: 'lambda' }] };
    const gone = compareRuns(side('A', withLambda), side('B', runOf(1, 20)));
    expect(gone.oneSided).toEqual([{ target: 'lambda', text: 'only A measured lambda', matters: true }]);
    expect(comparisonGates(gone, [gate('regression<5%')], TERMS)[0]).toMatchObject({
      held: false,
      reason: 'only A measured lambda',
    });
    expect(comparisonGates(gone, [gate('local.warm.serviceMs.regression<5%')], TERMS)[0]!.held).toBe(true);
    const untold = runOf(1, 20);
    for (const sample of untold.targets[0]!.samples.slice(30)) sample.start = 'unknown';
    expect(compareRuns(side('A', runOf(0, 20)), side('B', untold)).oneSided).toEqual([
      { target: 'local', text: 'only B has unknown calls of local: 30', matters: true },
    ]);
  });

  it('with other answers are unlike, though all else is the same', () => {
    const other = structuredClone(runOf(1, 20));
    for (const { predictions } of other.targets[0]!.samples) predictions[0]!.probability = 0.6;
    expect(compareRuns(side('A', runOf(0, 20)), side('B', other)).mismatches).toEqual([
      'answers of local differ on dog.jpg',
    ]);
  });

  it('of a model that nobody tells are taken for alike by their answers, which is said; not without answers', () => {
    const untold = (record: RunRecord, answers: boolean): RunRecord => ({
      ...record,
      targets: record.targets.map(({ info: { model: _, ...info }, ...target }) => ({
        ...target,
        info,
        samples: target.samples.map(sample => (answers ? sample : { ...sample, predictions: [] })),
      })),
    });
    const alike = compareRuns(side('A', untold(runOf(0, 20), true)), side('B', untold(runOf(1, 20), true)));
    expect(alike.mismatches).toEqual([]);
    expect(alike.differences).toEqual(['model of local: not known of both, but the answers are the same']);
    const mute = compareRuns(side('A', untold(runOf(0, 20), false)), side('B', untold(runOf(1, 20), false)));
    expect(mute.mismatches).toEqual(['model of local: not known of both']);
  });

  it('name what else is unlike, which may be what is compared', () => {
    const other = runOf(1, 20);
    const changed = {
      ...other,
      machine: { ...other.machine!, node: '24.1.0' },
      targets: other.targets.map(target => ({ ...target, info: { ...target.info, threads: 1 } })),
    };
    const { mismatches, differences } = compareRuns(side('A', runOf(0, 20)), side('B', changed));
    expect(mismatches).toEqual([]);
    expect(differences).toEqual(['Node: 20.20.2 against 24.1.0', 'threads of local: 2 against 1']);
  });

  it('name a prepared model, and the Node and onnxruntime of the function and of this machine', () => {
    const of = (minute: number, prepared: string | undefined, node: string, onnxruntime: string): RunRecord => {
      const { machine, targets, ...rest } = runOf(minute, 20);
      const infoOf = ({ info }: (typeof targets)[number]) => {
        const model = { ...info.model!, ...(prepared !== undefined && { prepared }) };
        return { ...info, model, node, onnxruntime };
      };
      return {
        ...rest,
        machine: { ...machine!, onnxruntime },
        targets: targets.map(target => ({ ...target, info: infoOf(target) })),
      };
    };
    const how = 'onnxruntime 1.30.0, basic, weights apart';
    const [A, B] = [of(0, undefined, '22.11.0', '1.30.0'), of(1, how, '24.1.0', '1.31.0')];
    const { mismatches, differences } = compareRuns(side('A', A), side('B', B));
    // The hash is that of the model that it was made of: the same work.
    expect(mismatches).toEqual([]);
    expect(differences).toEqual([
      'onnxruntime: 1.30.0 against 1.31.0',
      `model prepared of local: not, or not told against ${how}`,
      'Node of local: 22.11.0 against 24.1.0',
      'onnxruntime of local: 1.30.0 against 1.31.0',
    ]);
    expect(compareRuns(side('A', B), side('B', B)).differences).toEqual([]);
    const untold = compareRuns(side('A', runOf(0, 20)), side('B', of(1, undefined, '24.1.0', '1.30.0')));
    expect(untold.differences).toEqual([
      'Node of local: not told against 24.1.0',
      'onnxruntime of local: not told against 1.30.0',
    ]);
  });

  it('with no target in common cannot be compared, unless each has just one', () => {
    const renamed = (record: RunRecord, name: string) => ({
      ...record,
      targets: record.targets.map(target => ({ ...target, name })),
    });
    expect(compareRuns(side('A', runOf(0, 20)), side('B', renamed(runOf(1, 40), 'lambda'))).headline?.target).toBe(
      'lambda / local',
    );
    const two = { ...runOf(0, 20), targets: [...runOf(0, 20).targets, ...renamed(runOf(0, 20), 'x').targets] };
    const comparison = compareRuns(side('A', two), side('B', renamed(runOf(1, 40), 'lambda')));
    expect(comparison.mismatches).toEqual(['no target was measured on both sides']);
    expect(runVerdict(comparison)).toBe('nothing to compare between B and A');
  });
});

describe('repeats', () => {
  it('that took turns and agree make a verdict of more than these runs', () => {
    const comparison = compareRuns(side('A', runOf(0, 20), runOf(2, 20)), side('B', runOf(1, 26), runOf(3, 26)));
    expect(comparison.inTurns).toBe(true);
    expect(comparison.headline?.judged.counts).toEqual([120, 120]);
    expect(runVerdict(comparison)).toMatch(/^B is slower than A: /);
  });

  it('one side after the other say so', () => {
    const comparison = compareRuns(side('A', runOf(0, 20), runOf(1, 20)), side('B', runOf(2, 26), runOf(3, 26)));
    expect(runVerdict(comparison)).toMatch(/^these runs, which did not take turns: B is slower/);
  });

  it('that do not agree are not pooled: no verdict, and no gate', () => {
    const comparison = compareRuns(side('A', runOf(0, 20), runOf(2, 25)), side('B', runOf(1, 40), runOf(3, 40)));
    expect(comparison.disagreements[0]).toMatch(
      /^the 2 runs of A do not agree with each other: their medians lie up to 2\d\.\d % apart$/,
    );
    expect(runVerdict(comparison)).toMatch(/^no verdict, because repeats do not agree, or are not known to: /);
    expect(comparisonGates(comparison, [gate('regression<500%')], TERMS)[0]!.held).toBe(false);
  });
});

describe('repeats that are not known to agree', () => {
  it('because each is too short have no verdict', () => {
    const short = (minute: number, ms: number) => runOf(minute, ms, { count: 9 });
    const comparison = compareRuns(side('A', short(0, 20), short(2, 60)), side('B', short(1, 40), short(3, 40)));
    expect(comparison.disagreements[0]).toBe(
      'the 2 runs of A are not known to agree with each other: it takes 10 calls in each to tell',
    );
    expect(comparisonGates(comparison, [gate('regression<900%')], TERMS)[0]!.held).toBe(false);
  });

  it('in a time that is not the headline leave that alone without one', () => {
    const other = runOf(2, 20);
    for (const { timings } of other.targets[0]!.samples) timings.inferenceMs! /= 2;
    const comparison = compareRuns(side('A', runOf(0, 20), other), side('B', runOf(1, 20), runOf(3, 20)));
    expect(comparison.disagreements).toEqual([]);
    const gates = comparisonGates(
      comparison,
      [gate('regression<50%'), gate('local.warm.inferenceMs.regression<900%')],
      TERMS,
    );
    expect(gates.map(({ held }) => held)).toEqual([true, false]);
    const [head, ...cells] = runCells(comparison);
    const verdicts = cells.map(row => `${row[0]}: ${row[head!.indexOf('verdict')]}`);
    expect(verdicts).toContain('warm inference: -');
  });
});

describe('a regression gate', () => {
  const gates = (baseline: RunRecord, other: RunRecord, text: string) =>
    comparisonGates(compareRuns(side('A', baseline), side('B', other)), [gate(text)], TERMS)[0]!;

  it('is missed by one that is over the limit and real', () => {
    expect(gates(runOf(0, 20), runOf(1, 26), 'regression<5%')).toMatchObject({
      held: false,
      reason: expect.stringMatching(/^95 % interval/),
    });
    expect(gates(runOf(0, 20), runOf(1, 26), 'local.warm.inferenceMs.regression<5%').held).toBe(false);
  });

  it('holds below the limit, and over it where that is not shown to be real', () => {
    expect(gates(runOf(0, 20), runOf(1, 20), 'regression<5%').held).toBe(true);
    expect(gates(runOf(0, 20), runOf(1, 26), 'regression<60%').held).toBe(true);
    const some = Array.from({ length: 20 }, () =>
      gates(runOf(0, 20, { count: 12 }), runOf(1, 20.6, { count: 12 }), 'regression<2%'),
    );
    const unsure = some.filter(({ held, value }) => held && value! > 0.02);
    expect(unsure.length).toBeGreaterThan(3);
    expect(unsure[0]!.reason).toMatch(/^not shown to be real: 95 % interval -?\d/);
  });

  it('is missed where nobody can tell', () => {
    expect(gates(runOf(0, 20, { count: 9 }), runOf(1, 20), 'regression<5%')).toMatchObject({
      held: false,
      reason: 'too few samples to tell a regression',
    });
    expect(gates(runOf(0, 20), runOf(1, 20), 'local.cold.serviceMs.regression<5%')).toMatchObject({
      held: false,
      reason: 'there is nothing to compare',
    });
  });
});

describe('a gate on a record', () => {
  const record = runOf(0, 20);
  it.each([
    ['local.warm.serviceMs.p50<25', true, undefined],
    ['local.warm.serviceMs.p50>25', false, undefined],
    ['local.warm.serviceMs.p95<1000', true, undefined],
    ['local.warm.serviceMs.p99<1000', false, '60 calls do not support a p99: it takes 100'],
    ['local.cold.serviceMs.mean<1000', false, 'no cold call succeeded'],
    ['local.warm.networkMs.p50<1', false, expect.stringContaining('networkMs is not known of warm calls')],
    ['lambda.warm.serviceMs.p50<1', false, 'lambda was not measured'],
    ['local.failed<1', true, undefined],
    ['local.coldShare<=0', true, undefined],
    ['local.usdPerMillion<5', false, 'local is no function'],
    ['local.maxMemoryMb<5000', false, 'nobody told its memory'],
    ['regression<5%', false, 'a regression is judged by resnet-bench compare'],
  ])('%s', (text, held, reason) => {
    const [one] = gatesOf(record, [gate(text)], TERMS);
    expect(one!.held).toBe(held);
    expect(one!.reason).toEqual(reason);
  });
});
