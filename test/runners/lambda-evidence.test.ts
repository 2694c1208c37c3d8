/** A thousand calls, eight at a time, on the emulator: each gets its own trace and its own log line, and the parts nest. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Evidence, ObservedCall } from '../../src/core/evidence.ts';
import type { Inference } from '../../src/core/runner.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { LambdaRunner, type LambdaRunnerOptions } from '../../src/runners/lambda.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { FUNCTION_NAME, ourFunction } from '../../src/runs/our-function.ts';
import { Arrivals } from '../../src/scenarios/arrivals.ts';
import { smallModel } from '../cli/program.ts';

const PICTURE = join(import.meta.dirname, '../../fixtures/odd/1x1.png');
const AT_ONCE = 8;
/** On a busy machine an environment may still be at its overhead when the next call comes, which then meets a new one. */
const MOST_ENVIRONMENTS = 2 * AT_ONCE;
const never = new AbortController().signal;

interface Made {
  readonly seq: number;
  readonly inference: Inference;
  readonly serviceMs: number;
}

async function calls(count: number, door: 'url' | 'http-api' | 'invoke', traceLayout: 'old' | 'new', told = true) {
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-calls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'small.onnx');
  await writeFile(file, smallModel());
  const model = {
    file,
    info: { name: 'small', sha256: '0'.repeat(64), precision: 'float32', weights: 'trained' },
  } as const;
  const emulator = await startEmulator(
    {
      ...ourFunction(model, 'torchvision'),
      ...{ memoryMb: 1024, timeoutMs: 30_000, concurrency: MOST_ENVIRONMENTS, idleTimeoutMs: 60_000, traceLayout },
      // Eight at once on a busy machine: none of them is to be begun anew.
      initTimeoutMs: 60_000,
    },
    never,
  );
  onTestFinished(() => emulator.stop());
  const images = await loadImages([PICTURE]);
  const access = { emulator: emulator.invokeEndpoint };
  const common = {
    timeoutMs: 30_000,
    connection: 'keep',
    images,
    functionName: FUNCTION_NAME,
    evidence: {
      ...{ access, traces: true, logs: true, attempts: 10, confirm: false },
      pace: { intervalMs: 250, lastIntervalMs: 100, patienceMs: 10_000 },
    },
  } as const;
  const where: LambdaRunnerOptions =
    door === 'invoke'
      ? { ...common, invoke: { functionName: FUNCTION_NAME, access } }
      : { ...common, frontDoor: door, url: door === 'url' ? emulator.functionUrl : emulator.httpApiUrl };
  const runner = new LambdaRunner(where);
  onTestFinished(() => runner.stop());
  await runner.start(never);

  const observed = new Arrivals<ObservedCall>();
  const found = new Map<number, Evidence>();
  const reading = (async () => {
    for await (const { seq, evidence } of runner.evidence!(observed, never)) {
      found.set(seq, { ...found.get(seq), ...evidence });
    }
  })();
  const made: Made[] = [];
  let next = 0;
  const caller = async () => {
    while (next < count) {
      const seq = next++;
      const issued = performance.now();
      const inference = await runner.infer(images[0]!, never);
      const serviceMs = performance.now() - issued;
      const { requestId, traceId, traceJoin, evidence } = inference;
      made.push({ seq, inference, serviceMs });
      const completedAtMs = Date.now();
      observed.add({
        ...{ seq, ok: true, httpStatus: 200, issuedAtMs: completedAtMs - serviceMs, completedAtMs },
        ...(requestId && { requestId }),
        ...(told && traceId && { traceId, traceJoin: traceJoin === 'header' ? 'header' : 'handler' }),
        ...(evidence?.log && { logged: true }),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  observed.end();
  await reading;
  return { made, found, warnings: await runner.warnings() };
}

describe.each([
  [1_000, 'url', 'old'],
  [1_000, 'http-api', 'new'],
  [200, 'invoke', 'old'],
] as const)('%i calls by %s, traces in the %s layout', (count, door, layout) => {
  it('find each its own, and its parts lie within each other to a millisecond', async () => {
    const { made, found, warnings } = await calls(count, door, layout);
    expect(warnings).toEqual([]);
    expect(made).toHaveLength(count);
    const PRECISION_MS = 1;
    let cold = 0;
    for (const { seq, inference, serviceMs } of made) {
      const { trace, log = inference.evidence?.log } = found.get(seq) ?? {};
      const { handlerMs = Number.NaN, initMs } = inference.timings;
      expect(trace).toMatchObject({ state: 'complete', join: 'handler', traceId: inference.traceId, layout });
      // Only its own line has its trace in it.
      expect(log!.traceId).toBe(inference.traceId);
      expect(trace!.serviceSideMs!).toBeLessThanOrEqual(serviceMs + PRECISION_MS);
      expect(trace!.invocationMs!).toBeLessThanOrEqual(trace!.serviceSideMs! + PRECISION_MS);
      expect(handlerMs).toBeLessThanOrEqual(trace!.invocationMs! + 0.1);
      expect(trace!.invocationMs! + trace!.overheadMs!).toBeCloseTo(log!.durationMs, 0);
      expect(trace!.initMs !== undefined).toBe(inference.start === 'cold');
      expect(log!.initMs !== undefined).toBe(inference.start === 'cold');
      if (inference.start !== 'cold') continue;
      cold += 1;
      expect(trace!.initAhead).toBe(false);
      expect(trace!.initMs!).toBeGreaterThan(initMs!);
      expect(trace!.initMs! + handlerMs).toBeLessThanOrEqual(trace!.serviceSideMs! + PRECISION_MS);
      const [service, init, invocation] = ['service', 'init', layout === 'old' ? 'invocation' : 'function'].map(part =>
        trace!.spans.find(span => span.part === part),
      );
      expect(init!.startMs).toBeGreaterThanOrEqual(service!.startMs - PRECISION_MS);
      expect(init!.endMs!).toBeLessThanOrEqual(invocation!.startMs + 0.001);
    }
    expect(cold).toBeGreaterThanOrEqual(AT_ONCE);
    expect(cold).toBeLessThanOrEqual(MOST_ENVIRONMENTS);
  }, 60_000);
});

it('two hundred calls that name no trace find theirs by their request ids', async () => {
  const { made, found } = await calls(200, 'http-api', 'old', false);
  for (const { seq, inference } of made) {
    expect(found.get(seq)?.trace).toMatchObject({ join: 'requestId', traceId: inference.traceId, state: 'complete' });
  }
}, 60_000);
