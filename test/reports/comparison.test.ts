/** Targets side by side: what is compared with what, whether they did the same work, and parts that add up. */
import { describe, expect, it } from 'vitest';
import type { Sample, Target } from '../../src/core/record.ts';
import { coldExtraMs, gapOf, partsOf } from '../../src/reports/call-parts.ts';
import { compareTargets, type Side } from '../../src/reports/comparison.ts';
import { differingPredictions, differingWork } from '../../src/reports/likeness.ts';
import { renderMarkdown } from '../../src/reports/markdown.ts';
import { comparisonCells, likenessLines } from '../../src/reports/side-by-side.ts';
import { renderTable } from '../../src/reports/table.ts';
import { failedSample, sampleWith } from '../sample.ts';
import { compared, comparedWithUnknown, completed, recordOf } from './record.ts';

const [local, lambda] = compared.targets as [Target, Target];
const sum = (parts: readonly (readonly [string, number])[]) => parts.reduce((total, [, ms]) => total + ms, 0);

/** A record of `local` and `lambda` with those samples. */
const recordWith = (locals: Sample[], lambdas: Sample[]) =>
  recordOf(completed.run, [
    { name: 'local', info: { emulated: false }, warnings: [], samples: locals },
    { name: 'lambda', info: { emulated: true, connection: 'keep' }, warnings: [], samples: lambdas },
  ]);
const taking = (ms: number, changes: Partial<Sample>) => {
  const { seq = 0 } = changes;
  return sampleWith({ completedMs: seq * 10 + ms, ...changes });
};

describe('what is compared', () => {
  it('nothing, with a single target', () => {
    expect(compareTargets(completed)).toBeUndefined();
    expect(compareTargets(recordOf(completed.run, []))).toBeUndefined();
  });

  it('this process is the baseline, wherever it stands', () => {
    const reversed = compareTargets({ ...compared, targets: [lambda, local] })!;
    expect(reversed.baseline.target.name).toBe('local');
    expect(reversed.rows).toEqual(compareTargets(compared)!.rows);
  });

  it('the first is, where none is this process', () => {
    const targets = [lambda, { ...lambda, name: 'other' }];
    expect(compareTargets({ ...compared, targets })!.baseline.target.name).toBe('lambda');
  });

  it('warm calls, and calls of unknown start where they are more; cold ones and warm-up never', () => {
    const starts = (record: typeof compared) => {
      const { baseline, others } = compareTargets(record)!;
      return [baseline, ...others].map(({ start }) => start);
    };
    expect(starts(compared)).toEqual(['warm', 'warm']);
    expect(starts(comparedWithUnknown)).toEqual(['warm', 'unknown']);
    const calls = [
      taking(99, { seq: 0, start: 'cold' }),
      taking(50, { seq: 1, phase: 'warmup' }),
      ...[2, 3, 4].map(seq => taking(8, { seq })),
    ];
    const [service] = compareTargets(recordWith(calls, calls))!.rows;
    expect(service!.distributions.map(own => [own!.count, own!.max])).toEqual([
      [3, 8],
      [3, 8],
    ]);
    expect(
      compareTargets(recordWith(calls, [...calls.slice(0, 4), taking(8, { seq: 4, start: 'unknown' })]))!.others[0]!
        .start,
    ).toBe('warm');
  });

  it('only turns in which each succeeded: a picture that one refuses must not weigh on the other', () => {
    const turn = (seq: number, ms: number, image: string) => taking(ms, { seq, image });
    const refused = (seq: number) => failedSample('too-large', { seq, image: 'big.jpg' });
    const record = recordWith(
      [turn(0, 100, 'big.jpg'), turn(1, 30, 'small.jpg'), turn(2, 100, 'big.jpg'), turn(3, 30, 'small.jpg')],
      [refused(0), turn(1, 60, 'small.jpg'), refused(2), turn(3, 60, 'small.jpg')],
    );
    const { baseline, rows } = compareTargets(record)!;
    expect(baseline.unpaired.map(({ image }) => image)).toEqual(['big.jpg', 'big.jpg']);
    expect(rows[0]!.judged[0]!.ratio).toMatchObject({ ratio: 2, ci95: null });
    const text = renderTable(record);
    expect(text).toContain('2 warm calls of local and 2 warm calls of lambda, in turns on the same pictures\n');
    expect(text).toContain(
      'left out, because the other had no such call in that turn: 2 warm calls of local (big.jpg)\n',
    );
    expect(text).toContain('failed  lambda: big.jpg: 2 of 2 failed (too-large)');
  });

  it('nothing, when they have no turn in common: then each has its own tables', () => {
    const record = recordWith([taking(8, { seq: 0 })], [failedSample('timeout', { seq: 0 })]);
    expect(compareTargets(record)!.rows).toEqual([]);
    for (const text of [renderTable(record), renderMarkdown(record)]) {
      expect(text).toContain('nothing to compare: in no turn did each have a call of the same kind that succeeded');
      expect(text).toMatch(/service/);
      expect(text).not.toMatch(/NaN|undefined/);
    }
  });

  it('only percentiles that some side supports, with a ratio of the medians alone', () => {
    const { rows } = compareTargets(compared)!;
    expect(rows.map(({ timing, percentile, judged }) => [timing, percentile, judged[0] !== undefined])).toEqual([
      ['preprocessMs', 'p50', true],
      ['inferenceMs', 'p50', true],
      ['handlerMs', 'p50', true],
      ['handlerMs', 'p90', false],
      ['serviceMs', 'p50', true],
      ['serviceMs', 'p90', false],
    ]);
    expect(rows[1]!.judged[0]!.ratio!.ratio).toBeCloseTo(4, 12);
  });

  it('a single turn by its times', () => {
    const cells = comparisonCells(compareTargets(recordWith([taking(8, {})], [taking(12, {})]))!);
    expect(cells[1]).toEqual(['service p50', '8.00', '12.0', '1.50x']);
  });

  it('a time that not every call told: in the turns in which both did', () => {
    const told = (seq: number, inferenceMs?: number) =>
      taking(8, { seq, timings: inferenceMs === undefined ? {} : { inferenceMs } });
    const record = recordWith([told(0, 1), told(1, 2), told(2, 3)], [told(0, 10), told(1), told(2, 30)]);
    const [inference] = compareTargets(record)!.rows;
    expect(inference!.distributions.map(own => [own!.min, own!.max])).toEqual([
      [1, 3],
      [10, 30],
    ]);
    const untold = compareTargets(recordWith([told(0, 1)], [told(0)]))!;
    expect(comparisonCells(untold)[1]).toEqual(['inference p50', '1.00', 'unknown', 'unknown']);
  });
});

describe('of an open loop', () => {
  const open = (locals: Sample[], lambdas: Sample[]) => {
    const record = recordWith(locals, lambdas);
    return { ...record, run: { ...record.run, scenario: 'open loop' } };
  };

  it('says how late the latest call left, also one that failed', () => {
    const late = failedSample('timeout', { seq: 1, scheduledMs: 10, issuedMs: 17.5, completedMs: 20 });
    const record = open([taking(8, {}), taking(8, { seq: 1 })], [taking(8, {}), late]);
    for (const text of [renderTable(record), renderMarkdown(record)]) {
      expect(text).toContain('latest after its planned time a call left: local 0.000 ms, lambda 7.50 ms');
    }
  });

  it('without a call says nothing of it', () => {
    for (const render of [renderTable, renderMarkdown]) {
      expect(render(open([], []))).not.toMatch(/Infinity|NaN|latest after/);
    }
  });
});

describe('parts of a call', () => {
  const { baseline, others } = compareTargets(compared)!;

  it('add up to the mean service time, and their differences to the gap', () => {
    const [ours, theirs] = [partsOf(others[0]!.calls)!, partsOf(baseline.calls)!];
    expect(sum(ours.parts)).toBeCloseTo(ours.serviceMs, 9);
    expect(sum(theirs.parts)).toBeCloseTo(theirs.serviceMs, 9);
    expect(ours.serviceMs).toBeCloseTo(lambda.summary.warm!.serviceMs!.mean, 9);
    const gap = gapOf(ours, theirs);
    expect(gap.serviceMs).toBeCloseTo(lambda.summary.warm!.serviceMs!.mean - local.summary.warm!.serviceMs!.mean, 9);
    expect(sum(gap.parts)).toBeCloseTo(gap.serviceMs, 9);
    expect(Object.fromEntries(gap.parts).parseMs).toBeCloseTo(0.5, 9);
    expect(gapOf(theirs, ours).serviceMs).toBeCloseTo(-gap.serviceMs, 9);
  });

  it('say which way the gap goes', () => {
    const faster = compareTargets({
      ...compared,
      targets: [
        { ...local, name: 'other' },
        { ...lambda, name: 'local' },
      ],
    })!;
    const text = renderTable({ ...compared, targets: [faster.baseline.target, faster.others[0]!.target] });
    expect(text).toMatch(
      /^76\.3 ms less than local: outside the handler -3\.06 · encoding \(JSON and base64\) -0\.500 · /m,
    );
  });

  it('that only one side told are left within the rest', () => {
    const comparison = compareTargets(comparedWithUnknown)!;
    const gap = gapOf(partsOf(comparison.others[0]!.calls)!, partsOf(comparison.baseline.calls)!);
    expect(gap.parts.map(([name]) => name)).toEqual(['outside the handler', 'inferenceMs', 'rest of the handler']);
    expect(sum(gap.parts)).toBeCloseTo(gap.serviceMs, 9);
  });

  it('are those that traces show, of the calls that have one, and add up', () => {
    const traced = (seq: number, timings: Sample['timings'] = {}) =>
      sampleWith({
        seq,
        issuedMs: 0,
        completedMs: 110,
        timings: { handlerMs: 90, inferenceMs: 80, networkMs: 8, unexplainedMs: 12, downloadMs: 1, ...timings },
      });
    const parts = partsOf([
      traced(0),
      traced(1, { inferenceMs: 84 }),
      sampleWith({ seq: 2, timings: { handlerMs: 5 } }),
    ])!;
    expect(parts).toEqual({
      serviceMs: 110,
      count: 2,
      parts: [
        ['networkMs', 8],
        ['unexplainedMs', 12],
        ['inferenceMs', 82],
        ['rest of the handler', 8],
      ],
    });
    const local = partsOf([sampleWith({ issuedMs: 0, completedMs: 31, timings: { handlerMs: 30, inferenceMs: 21 } })])!;
    expect(Object.fromEntries(gapOf(parts, local).parts)).toEqual({
      networkMs: 8,
      unexplainedMs: 11,
      inferenceMs: 61,
      'rest of the handler': -1,
    });
  });

  it('hold an init only when it lies within these calls', () => {
    const cold = (timings: Sample['timings']) =>
      partsOf([
        sampleWith({
          issuedMs: 0,
          completedMs: 600,
          timings: { handlerMs: 90, networkMs: 8, initMs: 400, ...timings },
        }),
      ])!;
    expect(Object.fromEntries(cold({ unexplainedMs: 102 }).parts).initMs).toBe(400);
    expect(Object.fromEntries(cold({ unexplainedMs: 502 }).parts).initMs).toBeUndefined();
  });

  it('are unknown when a call did not tell its handler time', () => {
    expect(partsOf([sampleWith({ timings: { handlerMs: 5 } }), sampleWith({ seq: 1 })])).toBeUndefined();
    expect(partsOf([])).toBeUndefined();
  });
});

describe('a cold start', () => {
  const targetWith = (...samples: Sample[]) => recordWith([], samples).targets[1]!;

  it('adds what its call took more than a warm one, the making of a connection apart', () => {
    const cold = taking(100, { start: 'cold', timings: { connectMs: 40 } });
    expect(coldExtraMs(targetWith(cold, taking(10, { seq: 1 }), taking(14, { seq: 2 })))).toEqual({
      extraMs: 48,
      count: 1,
      of: 3,
    });
  });

  it('adds nothing that is known where no call was cold, or none warm', () => {
    expect(coldExtraMs(targetWith(taking(10, {})))).toBeUndefined();
    expect(coldExtraMs(targetWith(taking(10, { start: 'cold' })))).toBeUndefined();
  });

  it('is told where parts are not', () => {
    const record = recordWith([taking(8, { seq: 1 })], [taking(100, { start: 'cold' }), taking(12, { seq: 1 })]);
    expect(renderTable(record)).toContain('a cold start of lambda adds 88.0 ms (one call; connecting not counted)');
  });
});

describe('whether they did the same work', () => {
  const answering = (...answers: [classId: number, probability: number][][]): Side => ({
    target: lambda,
    start: 'warm',
    unpaired: [],
    calls: answers.map((answer, seq) =>
      sampleWith({
        seq,
        image: `${seq}.jpg`,
        predictions: answer.map(([classId, probability]) => ({ classId, probability, label: 'x' })),
      }),
    ),
  });
  const one = answering(
    [
      [1, 0.77715],
      [2, 0.1],
    ],
    [[3, 1]],
  );

  it.each([
    [
      'the same',
      answering(
        [
          [1, 0.77715],
          [2, 0.1],
        ],
        [[3, 1]],
      ),
      [],
    ],
    [
      'a difference in the last bits, across the border of rounding',
      answering(
        [
          [1, 0.7771499],
          [2, 0.1],
        ],
        [[3, 1]],
      ),
      [],
    ],
    [
      'a difference in the second decimal of a percent',
      answering(
        [
          [1, 0.7774],
          [2, 0.1],
        ],
        [[3, 1]],
      ),
      ['0.jpg'],
    ],
    [
      'another class',
      answering(
        [
          [1, 0.77715],
          [9, 0.1],
        ],
        [[3, 1]],
      ),
      ['0.jpg'],
    ],
    [
      'another order',
      answering(
        [
          [2, 0.1],
          [1, 0.77715],
        ],
        [[3, 1]],
      ),
      ['0.jpg'],
    ],
    ['fewer', answering([[1, 0.77715]], [[4, 1]]), ['0.jpg', '1.jpg']],
  ] as const)('%s', (_, other, differ) => {
    expect(differingPredictions(one, other)).toEqual({ differ: [...differ], both: 2 });
  });

  it('also when only a later answer differs', () => {
    const again = (probability: number): Side => ({
      ...one,
      calls: [0.5, probability].map((p, seq) =>
        sampleWith({ seq, predictions: [{ classId: 1, label: 'x', probability: p }] }),
      ),
    });
    expect(differingPredictions(again(0.5), again(0.4))).toEqual({ differ: ['dog.jpg'], both: 1 });
  });

  it('names another model, another preprocessing, and what is not known', () => {
    expect(differingWork(local, lambda)).toEqual([]);
    const other = {
      ...lambda,
      info: { ...lambda.info, preprocess: 'fast' as const, model: { name: 'mine', sha256: '0' } },
    };
    expect(differingWork(local, other)).toEqual([
      'another model: resnet50-synthetic and mine',
      'another preprocessing: torchvision and fast',
    ]);
    expect(likenessLines(compareTargets(comparedWithUnknown)!)[0]).toContain(
      '(model not known of both; preprocessing not known of both)',
    );
  });
});
