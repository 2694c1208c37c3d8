/** Records for the reports, small enough to check by hand, with names that would like to be something else. */
import type { Machine, Run, RunRecord, Sample, Target } from '../../src/core/record.ts';
import { summarize } from '../../src/stats/summary.ts';
import { failedSample, sampleWith } from '../sample.ts';

/** A table cell, a tag, and emphasis at once. */
export const MARKUP_NAME = 'a|b<script>_x_.jpg';
/** A spreadsheet would run it. */
export const FORMULA_NAME = '=cmd().jpg';

const MACHINE: Machine = {
  os: 'Linux 6.1',
  arch: 'x64',
  cpuModel: 'AMD EPYC <9R14>',
  cpuCount: 2,
  cpuFlags: ['avx2', 'avx512_vnni'],
  memoryBytes: 8_589_934_592,
  node: '20.20.2',
  onnxruntime: '1.30.0',
  sharp: '0.35.5',
  gitRevision: '0123456789abcdef0123456789abcdef01234567-dirty',
};

const COMPLETED: Run = {
  id: '20261123-184002-local',
  command: 'local',
  scenario: 'closed loop',
  status: 'completed',
  startedAt: '2026-11-23T18:40:02.000Z',
  endedAt: '2026-11-23T18:40:04.500Z',
  stoppedBy: 'iterations',
  options: { iterations: 12, warmup: 2, threads: 2, preprocess: 'torchvision' },
  segments: [{ startedAt: '2026-11-23T18:40:02.000Z', offsetMs: 0 }],
};

const BEAGLE = [
  { classId: 162, label: 'beagle', probability: 0.777 },
  { classId: 167, label: 'English foxhound', probability: 0.112 },
  { classId: 166, label: 'Walker hound', probability: 0.084 },
  { classId: 164, label: 'bluetick', probability: 0.0004 },
  { classId: 215, label: 'Brittany spaniel', probability: 0 },
];
const PIZZA = [{ classId: 963, label: 'pizza', probability: 1 }];

/** One answered call; the inference takes `inferenceMs`, the rest is always the same. */
function call(seq: number, inferenceMs: number, changes: Partial<Sample> = {}): Sample {
  const handlerMs = inferenceMs + 9.5;
  return sampleWith({
    seq,
    image: seq % 2 === 0 ? MARKUP_NAME : FORMULA_NAME,
    issuedMs: seq * 100 + 0.25,
    scheduledMs: seq * 100,
    completedMs: seq * 100 + 1 + handlerMs,
    predictions: seq % 2 === 0 ? BEAGLE : PIZZA,
    memory: { usedMb: 210 + seq, peakRssMb: 220 + seq },
    cpu: { userMs: 40, systemMs: 1.5 },
    timings: { preprocessMs: 9, inferenceMs, postprocessMs: 0.25, handlerMs },
    ...changes,
  });
}

const COLD = call(0, 31.5, {
  start: 'cold',
  timings: { initMs: 132.4, preprocessMs: 9, inferenceMs: 31.5, postprocessMs: 0.25, handlerMs: 41 },
});

/** Warm inference times in the order of issue: of twelve there is a p90, without an upper end, and no p95. */
const INFERENCE_MS = [20.5, 21, 20.25, 25, 20.75, 21.25, 22, 20, 30.125, 21.5, 20.125, 22.5];

/** A failed call; its message is what libvips says of a file that ends early. */
function broken(seq: number, phase: Sample['phase']): Sample {
  const error = { kind: 'undecodable-image', message: 'cannot be decoded: "premature end", at line 12' };
  return failedSample(error.kind, {
    seq,
    phase,
    image: 'broken.jpg',
    issuedMs: seq * 100,
    scheduledMs: seq * 100,
    completedMs: seq * 100 + 0.5,
    outcome: { ok: false, error },
  });
}

const LOCAL: Omit<Target, 'samples' | 'summary'> = {
  name: 'local',
  info: {
    model: { name: 'resnet50-synthetic', sha256: 'ab'.repeat(32), precision: 'float32', weights: 'synthetic' },
    threads: 2,
    preprocess: 'torchvision',
    emulated: false,
    startRssMb: 61.7,
    loadedRssMb: 213.6,
  },
  warnings: [
    {
      code: 'synthetic-weights',
      message: 'resnet50-synthetic has made-up weights: times are real, LABELS ARE NOT',
      advice: 'resnet-bench model pull gets a trained model',
    },
  ],
};

const IMAGES = [
  { name: MARKUP_NAME, sha256: '01'.repeat(32), bytes: 61_089, width: 900, height: 600, format: 'jpeg' },
  { name: FORMULA_NAME, sha256: '23'.repeat(32), bytes: 135_698, width: 640, height: 480, format: 'png' },
  { name: 'broken.jpg', sha256: '45'.repeat(32), bytes: 69 },
];

export function recordOf(run: Run, targets: readonly Omit<Target, 'summary'>[], images = IMAGES): RunRecord {
  return {
    schemaVersion: 1,
    tool: { name: 'resnet-bench', version: '0.1.0' },
    run,
    machine: MACHINE,
    images,
    targets: targets.map(target => ({ ...target, summary: summarize(target.samples) })),
  };
}

/** One cold call, two to warm up (one of them failed), twelve warm ones and two more failures. */
export const completed: RunRecord = recordOf(COMPLETED, [
  {
    ...LOCAL,
    samples: [
      COLD,
      call(1, 99, { phase: 'warmup' }),
      broken(2, 'warmup'),
      ...INFERENCE_MS.map((ms, i) => call(i + 3, ms)),
      broken(15, 'measured'),
      broken(16, 'measured'),
    ],
  },
]);

/** Stopped by Ctrl-C after three warm calls: a p50, no interval, no other percentile. */
export const interrupted: RunRecord = recordOf(
  { ...COMPLETED, status: 'interrupted', stoppedBy: 'signal', endedAt: '2026-11-23T18:40:02.500Z' },
  [{ ...LOCAL, warnings: [], samples: [COLD, call(1, 20.5), call(2, 21), call(3, 22)] }],
);

const { endedAt: _, stoppedBy: __, ...running } = COMPLETED;

/** Killed: a cold call and nothing after it. */
export const unfinished: RunRecord = recordOf({ ...running, status: 'running' }, [
  { ...LOCAL, warnings: [], samples: [COLD] },
]);

/** A function that answers elsewhere: times of the wire and of traces, some negative, everything a sample can carry; ended by its duration. */
export const remote: RunRecord = recordOf(
  { ...COMPLETED, id: '20261123-184002-lambda', command: 'lambda', stoppedBy: 'duration' },
  [
    {
      name: 'lambda',
      info: {
        ...LOCAL.info,
        emulated: true,
        frontDoor: 'url',
        connection: 'keep',
        url: 'http://127.0.0.1:9000/',
        memoryMb: 1024,
      },
      warnings: [],
      samples: [0, 1, 2].map(i =>
        sampleWith({
          seq: i,
          image: FORMULA_NAME,
          scheduledMs: 10 * i,
          issuedMs: 10 * i + 0.125,
          completedMs: 10 * i + 9.5,
          outcome: { ok: true, httpStatus: 200 },
          timings: { encodeMs: 0.5, connectMs: 0, serviceSideMs: 8, networkMs: -0.25, unexplainedMs: -0.5 },
          predictions: PIZZA,
          memory: { usedMb: 180.5, sizeMb: 1024 },
          requestBytes: 81_500,
          responseBytes: 612,
          connectionReused: i > 0,
          requestId: `+${i}`,
          traceId: '1-5759e988-bd862e3fe1be46a994272793',
          traceJoin: 'header',
          trace: 'complete',
          environmentId: '@env',
        }),
      ),
    },
  ],
);

/** A call through a function: the work, and some ms of network that grow with each call. */
function functionCall(seq: number, inferenceMs: number, changes: Partial<Sample> = {}): Sample {
  const handlerMs = inferenceMs + 16.5;
  const outsideMs = 3 + seq / 8;
  const serviceMs = handlerMs + outsideMs;
  return call(seq, inferenceMs, {
    completedMs: seq * 100 + 0.25 + serviceMs,
    outcome: { ok: true, httpStatus: 200 },
    memory: { usedMb: 180 + seq, sizeMb: 1024 },
    timings: {
      ...{ encodeMs: 0.25, requestMs: 0.5, firstByteMs: serviceMs - 1, downloadMs: 0.5 },
      ...{ parseMs: 0.5, preprocessMs: 15.5, inferenceMs, postprocessMs: 0.25, handlerMs, outsideMs },
    },
    requestBytes: 81_500,
    responseBytes: 612,
    connectionReused: seq > 0,
    environmentId: '0123456789abcdef0123456789abcdef',
    ...changes,
  });
}

/** This process and an emulated function in turns: twelve warm calls each, one cold one each, one failure. */
export const compared: RunRecord = recordOf({ ...COMPLETED, id: '20261123-184002-lambda', command: 'lambda' }, [
  { ...LOCAL, warnings: [], samples: [COLD, ...INFERENCE_MS.map((ms, i) => call(i + 1, ms))] },
  {
    name: 'lambda',
    info: {
      model: LOCAL.info.model!,
      preprocess: 'torchvision',
      emulated: true,
      connection: 'keep',
      url: 'http://127.0.0.1:9000/',
      frontDoor: 'url',
      memoryMb: 1024,
      cpuShare: 0.58,
      threads: 1,
      node: '20.20.2',
      cpuModel: 'AMD EPYC',
      cpuCount: 2,
    },
    warnings: [],
    samples: [
      functionCall(0, 90, {
        start: 'cold',
        completedMs: 850,
        timings: { initMs: 690, parseMs: 1, preprocessMs: 20, inferenceMs: 90, handlerMs: 112, outsideMs: 737.75 },
      }),
      ...INFERENCE_MS.map((ms, i) => functionCall(i + 1, ms * 4)),
      failedSample('http-5xx', {
        seq: 13,
        outcome: { ok: false, error: { kind: 'http-5xx', message: 'answered 502: boom', httpStatus: 502 } },
      }),
    ],
  },
]);

/** This process beside a function that tells little, is not ours, and answers something else. */
export const comparedWithUnknown: RunRecord = recordOf({ ...COMPLETED, command: 'lambda' }, [
  { ...LOCAL, warnings: [], samples: [COLD, call(1, 20), call(2, 21), call(3, 22)] },
  {
    name: 'lambda',
    info: { emulated: false, connection: 'new', url: 'https://example.org/classify' },
    warnings: [],
    samples: [0, 1, 2, 3].map(seq =>
      sampleWith({
        seq,
        image: seq % 2 === 0 ? MARKUP_NAME : FORMULA_NAME,
        start: 'unknown',
        completedMs: seq * 10 + 400,
        outcome: { ok: true, httpStatus: 200 },
        predictions: PIZZA,
        timings: {
          encodeMs: 0.25,
          connectMs: 50,
          firstByteMs: 300,
          downloadMs: 1,
          inferenceMs: 222,
          handlerMs: 275,
          outsideMs: 125,
        },
      }),
    ),
  },
]);
