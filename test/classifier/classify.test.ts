/** The classifier on real models, on small ones that show one thing each, and on files that are none. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Classifier, createClassifier } from '../../src/classifier/classify.ts';
import { IMAGENET_CLASSES } from '../../src/classifier/imagenet-classes.ts';
import { softmax, topFive } from '../../src/classifier/top-five.ts';
import { QueryError, SetupError } from '../../src/core/errors.ts';
import { predictionSchema } from '../../src/core/sample.ts';
import { DATA_TYPE } from '../../src/models/onnx.ts';
import { normal, seededRandom } from '../random.ts';
import { needShared, PHOTOGRAPHS, sharedPath } from '../shared.ts';
import { fixture, solidPng } from './pictures.ts';
import {
  COLOUR_CLASSES,
  cast,
  floats,
  integers,
  node,
  type SmallModel,
  smallClassifier,
  transpose,
  value,
} from './small-models.ts';

const FLOAT_MODEL = 'models/resnet50-int8w.onnx';
const QDQ_MODEL = 'models/resnet50-qdq.onnx';

interface Answer {
  class_id: number;
  label: string;
  probability: number;
}

async function expectedAnswers(): Promise<Record<string, Answer[]>> {
  return JSON.parse(await readFile(sharedPath('images/expected.json'), 'utf8')).top5;
}

const photograph = (name: string) => readFile(sharedPath(`images/${name}`));

let folder: string;
const open: Classifier[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-classify-'));
});

afterAll(async () => {
  for (const classifier of open) await classifier.release();
  await rm(folder, { recursive: true, force: true });
});

/** Released after the last test. */
async function classifierOf(modelFile: string): Promise<Classifier> {
  const classifier = await createClassifier({ modelFile, threads: 1, preprocess: 'torchvision' });
  open.push(classifier);
  return classifier;
}

async function fileWith(content: Uint8Array | string, name = 'small.onnx'): Promise<string> {
  const file = join(await mkdtemp(join(folder, 'model-')), name);
  await writeFile(file, content);
  return file;
}

const small = async (changes: SmallModel = {}) => classifierOf(await fileWith(smallClassifier(changes)));
const refusal = (changes: SmallModel) => small(changes).catch(thrown => thrown);

const RED = { r: 255, g: 0, b: 0 };
const GREEN = { r: 0, g: 255, b: 0 };
const BLUE = { r: 0, g: 0, b: 255 };

describe('the trained ResNet-50', () => {
  it('gives the top five that torchvision and the same model give, on all seven photographs', async ctx => {
    needShared(ctx, FLOAT_MODEL, 'images/expected.json', ...PHOTOGRAPHS.map(name => `images/${name}`));
    const answers = await expectedAnswers();
    const classifier = await classifierOf(sharedPath(FLOAT_MODEL));
    for (const name of PHOTOGRAPHS) {
      const { predictions, timings } = await classifier.classify(await photograph(name));
      const expected = answers[name]!;
      expect(
        predictions.map(({ classId }) => classId),
        name,
      ).toEqual(expected.map(({ class_id }) => class_id));
      expect(
        predictions.map(({ label }) => label),
        name,
      ).toEqual(expected.map(({ label }) => label));
      for (const [place, { probability }] of predictions.entries()) {
        expect(Math.abs(probability - expected[place]!.probability), `${name} ${place}`).toBeLessThan(0.001);
      }
      for (const [stage, ms] of Object.entries(timings)) expect(ms, stage).toBeGreaterThan(0);
    }
  });

  it('does not mix the answers of several calls at once', async ctx => {
    needShared(ctx, FLOAT_MODEL, 'images/expected.json', ...PHOTOGRAPHS.map(name => `images/${name}`));
    const answers = await expectedAnswers();
    const classifier = await classifierOf(sharedPath(FLOAT_MODEL));
    const names = [...PHOTOGRAPHS, ...PHOTOGRAPHS.toReversed()];
    const results = await Promise.all(names.map(async name => classifier.classify(await photograph(name))));
    for (const [i, { predictions }] of results.entries()) {
      const [best] = predictions;
      const [expected] = answers[names[i]!]!;
      expect(best?.classId, names[i]).toBe(expected?.class_id);
      expect(Math.abs(best!.probability - expected!.probability), names[i]).toBeLessThan(0.001);
    }
  });

  it('quantised (QDQ), sees the same on at least six of the seven', async ctx => {
    needShared(ctx, QDQ_MODEL, 'images/expected.json', ...PHOTOGRAPHS.map(name => `images/${name}`));
    const answers = await expectedAnswers();
    const classifier = await classifierOf(sharedPath(QDQ_MODEL));
    let same = 0;
    for (const name of PHOTOGRAPHS) {
      const { predictions } = await classifier.classify(await photograph(name));
      const firstThree = answers[name]!.slice(0, 3).map(({ class_id }) => class_id);
      expect(firstThree, name).toContain(predictions[0]?.classId);
      if (predictions[0]?.classId === firstThree[0]) same++;
    }
    expect(same).toBeGreaterThanOrEqual(6);
  });
});

describe('the classes', () => {
  it('are a thousand different names', () => {
    expect(IMAGENET_CLASSES.length).toBe(1000);
    expect(new Set(IMAGENET_CLASSES).size).toBe(1000);
  });

  it('are those of ImageNet-1k, in order', async ctx => {
    needShared(ctx, 'data/imagenet-1k-classes.json');
    const classes = JSON.parse(await readFile(sharedPath('data/imagenet-1k-classes.json'), 'utf8'));
    expect(classes.map(({ id }: { id: number }) => id)).toEqual(IMAGENET_CLASSES.map((_, id) => id));
    expect(IMAGENET_CLASSES).toEqual(classes.map(({ label }: { label: string }) => label));
  });
});

describe('a small classifier', () => {
  it('sees red, green and blue where they are', async () => {
    const classifier = await small();
    for (const [i, colour] of [RED, GREEN, BLUE].entries()) {
      const { predictions, width, height } = await classifier.classify(await solidPng(colour, 320, 240));
      expect(predictions[0]).toMatchObject({ classId: COLOUR_CLASSES[i], label: IMAGENET_CLASSES[COLOUR_CLASSES[i]!] });
      expect({ width, height }).toEqual({ width: 320, height: 240 });
    }
  });

  it('does not mix the answers of thirty calls at once, failures among them', async () => {
    const classifier = await small();
    const text = await fixture('broken/text.jpg');
    const pictures = [...(await Promise.all([RED, GREEN, BLUE].map(colour => solidPng(colour)))), text];
    const calls = Array.from({ length: 30 }, (_, i) => classifier.classify(pictures[i % 4]!).catch(thrown => thrown));
    for (const [i, answer] of (await Promise.all(calls)).entries()) {
      if (i % 4 === 3) expect(answer).toBeInstanceOf(QueryError);
      else expect(answer.predictions[0].classId, `call ${i}`).toBe(COLOUR_CLASSES[i % 4]);
    }
  });

  it('answers after a picture that it could not read', async () => {
    const classifier = await small();
    await expect(classifier.classify(await fixture('broken/truncated.jpg'))).rejects.toThrow(QueryError);
    const { predictions } = await classifier.classify(await solidPng(GREEN));
    expect(predictions[0]?.classId).toBe(COLOUR_CLASSES[1]);
  });
});

describe('a model of another shape that fits', () => {
  const fits: Record<string, SmallModel> = {
    'other names': {
      inputs: [value('pixel_values', ['batch', 3, 224, 224])],
      outputs: [value('scores', ['batch', 1000])],
      head: [node('Identity', ['pixel_values'], 'pixels')],
      tail: [node('Identity', ['logits'], 'scores')],
    },
    'a batch of one, said': { inputs: [value('input', [1, 3, 224, 224])], outputs: [value('output', [1, 1000])] },
    'a softmax at its end': { tail: [node('Softmax', ['logits'], 'output')] },
  };

  it.each(Object.entries(fits))('%s', async (_, changes) => {
    const [plain, other] = [await small(), await small(changes)];
    const picture = await fixture('images/oranges.jpg');
    const [expected, found] = [await plain.classify(picture), await other.classify(picture)];
    expect(found.predictions.map(({ classId }) => classId)).toEqual(expected.predictions.map(({ classId }) => classId));
    for (const [i, { probability }] of found.predictions.entries()) {
      expect(probability).toBeCloseTo(expected.predictions[i]!.probability, 6);
    }
  });
});

describe('a model that does not fit is refused, with what was found:', () => {
  const { float16, float64, uint8 } = DATA_TYPE;
  const input = (shape: (number | string)[], type?: number) => [value('input', shape, type)];
  const misfits: [string, SmallModel, string][] = [
    ['1001 classes', { classes: 1001 }, 'its output output is float32 [N, 1001]'],
    [
      'channels last',
      { inputs: input(['N', 224, 224, 3]), head: [transpose('input', 'pixels', [0, 3, 1, 2])] },
      'its input input is float32 [N, 224, 224, 3]',
    ],
    [
      'two inputs',
      {
        inputs: [value('input', ['N', 3, 224, 224]), value('mask', ['N', 3, 224, 224])],
        head: [node('Add', ['input', 'mask'], 'pixels')],
      },
      'it has 2 inputs',
    ],
    [
      'two outputs',
      {
        outputs: [value('output', ['N', 1000]), value('means', ['N', 3])],
      },
      'it has 2 outputs',
    ],
    [
      'float16 input',
      { inputs: input(['N', 3, 224, 224], float16), head: [cast('input', 'pixels', DATA_TYPE.float32)] },
      'its input input is float16 [N, 3, 224, 224]',
    ],
    [
      'byte input',
      { inputs: input(['N', 3, 224, 224], uint8), head: [cast('input', 'pixels', DATA_TYPE.float32)] },
      'its input input is uint8 [N, 3, 224, 224]',
    ],
    [
      'float64 output',
      { outputs: [value('output', ['N', 1000], float64)], tail: [cast('logits', 'output', float64)] },
      'its output output is float64 [N, 1000]',
    ],
    [
      'a batch of eight',
      { inputs: input([8, 3, 224, 224]), outputs: [value('output', [8, 1000])] },
      'its input input is float32 [8, 3, 224, 224]',
    ],
    ['larger pictures', { inputs: input(['N', 3, 299, 299]) }, 'its input input is float32 [N, 3, 299, 299]'],
    ['one channel', { inputs: input(['N', 1, 224, 224]), head: grey() }, 'its input input is float32 [N, 1, 224, 224]'],
  ];

  it.each(misfits)('%s', async (_, changes, found) => {
    const error = await refusal(changes);
    expect(error).toBeInstanceOf(SetupError);
    expect(error.message).toBe(`small.onnx is not an ImageNet ResNet-50 as this program drives it: ${found}`);
    expect(error.hint).toContain('float32 input [N, 3, 224, 224]');
  });

  function grey() {
    return [{ ...node('Concat', ['input', 'input', 'input'], 'pixels'), attribute: [{ name: 'axis', type: 2, i: 1 }] }];
  }
});

describe('a file that is no model', () => {
  it.each([
    ['text', 'not a model\n'],
    ['empty', ''],
    ['cut', smallClassifier().subarray(0, 5000)],
  ])('is a SetupError: %s', async (_, content) => {
    const error = await classifierOf(await fileWith(content, 'strange.onnx')).catch(thrown => thrown);
    expect(error).toBeInstanceOf(SetupError);
    expect(error.message).toMatch(/^onnxruntime cannot load strange\.onnx: [^\n]+$/);
  });

  it('is a SetupError: missing', async () => {
    await expect(classifierOf(join(folder, 'missing.onnx'))).rejects.toThrow(SetupError);
  });
});

describe('a model that fails while it runs', () => {
  it('is a failed query, and the next may do better', async () => {
    // Looks for column 7 of three.
    const model = {
      tail: [node('Gather', ['means', 'columns'], 'output', [{ name: 'axis', type: 2, i: 1 }])],
      tensors: [integers('columns', Array<number>(1000).fill(7))],
    };
    const classifier = await small(model);
    for (let call = 0; call < 2; call++) {
      const error = await classifier.classify(await solidPng(RED)).catch(thrown => thrown);
      expect(error).toBeInstanceOf(QueryError);
      expect(error).toMatchObject({ kind: 'inference', message: expect.stringMatching(/^onnxruntime: [^\n]+$/) });
    }
  });

  it('is a failed query when its answer is no number', async () => {
    const classifier = await small({ tail: [node('Log', ['logits'], 'output')] });
    await expect(classifier.classify(await solidPng(RED))).rejects.toThrow(QueryError);
  });

  it('is a failed query when its answer is infinite', async () => {
    const model = {
      tail: [node('Div', ['logits', 'zero'], 'output')],
      tensors: [floats('zero', [1], [0])],
    };
    const classifier = await small(model);
    await expect(classifier.classify(await solidPng(RED))).rejects.toThrow(QueryError);
  });
});

describe('softmax', () => {
  it('of equal logits is equal', () => {
    expect([...softmax(new Float32Array(1000))]).toEqual(Array(1000).fill(0.001));
  });

  it('by hand: logits 0, ln 2 and ln 5', () => {
    const [a, b, c] = softmax(Float32Array.of(0, Math.log(2), Math.log(5)));
    expect(a).toBeCloseTo(1 / 8, 7);
    expect(b).toBeCloseTo(2 / 8, 7);
    expect(c).toBeCloseTo(5 / 8, 7);
  });

  it('sums to one, keeps the order and does not see a shift, for random logits of any size', () => {
    const random = seededRandom(5);
    for (const size of [0.01, 1, 30, 1000, 1e30]) {
      const logits = Float32Array.from({ length: 1000 }, () => size * normal(random));
      const probabilities = softmax(logits);
      expect(probabilities.every(p => p >= 0 && p <= 1)).toBe(true);
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      const largest = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
      expect(probabilities.indexOf(probabilities.reduce((a, b) => Math.max(a, b)))).toBe(largest);
    }
    const logits = Float32Array.from({ length: 1000 }, (_, i) => i % 7);
    expect([...softmax(logits.map(value => value + 1024))]).toEqual([...softmax(logits)]);
  });
});

describe('topFive', () => {
  const withValues = (values: Record<number, number>, rest = 0) => {
    const output = new Float32Array(1000).fill(rest);
    for (const [classId, logit] of Object.entries(values)) output[Number(classId)] = logit;
    return output;
  };

  it('is the five most probable, the best first', () => {
    const predictions = topFive(withValues({ 3: 8, 999: 9, 0: 7, 500: 6, 501: 5, 502: 4 }, -2));
    expect(predictions.map(({ classId }) => classId)).toEqual([999, 3, 0, 500, 501]);
    expect(predictions.map(({ label }) => label)).toEqual(
      [999, 3, 0, 500, 501].map(classId => IMAGENET_CLASSES[classId]),
    );
  });

  it('of equal classes takes the lower first', () => {
    expect(topFive(new Float32Array(1000)).map(({ classId }) => classId)).toEqual([0, 1, 2, 3, 4]);
    const tied = topFive(withValues({ 900: 5, 20: 5, 700: 5, 10: 6 }));
    expect(tied.map(({ classId }) => classId)).toEqual([10, 20, 700, 900, 0]);
  });

  it('takes an output that is probabilities already as it is', () => {
    const predictions = topFive(withValues({ 7: 0.5, 8: 0.25, 9: 0.125, 10: 0.0625, 11: 0.0625 }));
    expect(predictions.map(({ probability }) => probability)).toEqual([0.5, 0.25, 0.125, 0.0625, 0.0625]);
    expect(topFive(withValues({ 7: 1 }))[0]).toMatchObject({ classId: 7, probability: 1 });
  });

  it('takes non-negative logits as logits, as after a last ReLU', () => {
    const predictions = topFive(withValues({ 7: 20, 8: 3 }));
    expect(predictions[0]).toMatchObject({ classId: 7 });
    expect(predictions[0]!.probability).toBeGreaterThan(0.99);
    expect(predictions[1]!.probability).toBeLessThan(0.01);
  });

  it('never gives a probability above one, though float32 probabilities may sum to a little more', () => {
    const [best] = topFive(withValues({ 7: 1.0000002 }));
    expect(best?.probability).toBe(1);
  });

  it('of huge logits is no NaN', () => {
    for (const predictions of [
      topFive(withValues({ 7: 3e38, 8: -3e38 })),
      topFive(withValues({ 7: -1e30 }, -3e38)),
      topFive(withValues({ 7: 89 }, -89)),
      topFive(withValues({ 7: 0 }, Number.NEGATIVE_INFINITY)),
    ]) {
      expect(predictions[0]).toMatchObject({ classId: 7, probability: 1 });
      for (const prediction of predictions) expect(predictionSchema.parse(prediction)).toEqual(prediction);
    }
  });

  it('of random logits is the head of a full sort by softmax', () => {
    const random = seededRandom(6);
    for (let round = 0; round < 50; round++) {
      // Rounded, so that some are equal.
      const logits = Float32Array.from({ length: 1000 }, () => Math.round(4 * normal(random)) / 2);
      const before = logits.slice();
      const predictions = topFive(logits);
      const probabilities = softmax(logits);
      const sorted = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, 5);
      expect(predictions.map(({ classId }) => classId)).toEqual(sorted);
      expect(predictions.map(({ probability }) => probability)).toEqual(sorted.map(id => probabilities[id]));
      expect(logits).toEqual(before);
    }
  });
});
