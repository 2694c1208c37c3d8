/** What a runner finds out of its calls later stands in the record, whenever it came. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallEvidence, ObservedCall } from '../../src/core/evidence.ts';
import type { Inference } from '../../src/core/runner.ts';
import { NullRunner } from '../../src/runners/null.ts';
import { execute, type RunEvent } from '../../src/runs/execute.ts';
import { loadImages } from '../../src/runs/load-images.ts';
import { readRecord } from '../../src/runs/read-run.ts';
import { closedLoop } from '../../src/scenarios/closed-loop.ts';

const PICTURE = join(import.meta.dirname, '../../fixtures/odd/1x1.png');
const ROOT_OF = (seq: number) => `1-00000000-${String(seq).padStart(24, '0')}`;

type Look = (calls: AsyncIterable<ObservedCall>, signal: AbortSignal) => AsyncIterable<CallEvidence>;

/** Answers at once, as a function would, and looks for traces in a way of its own. */
class LookingRunner extends NullRunner {
  readonly evidence: Look;
  #seq = 0;

  constructor(look: Look) {
    super({ delayMs: 0 });
    this.evidence = look;
  }

  override async infer(): Promise<Inference> {
    const inference = await super.infer();
    return { ...inference, traceId: ROOT_OF(this.#seq++), traceJoin: 'handler' };
  }
}

let outDir: string;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resnet-bench-evidence-'));
});
afterEach(() => rm(outDir, { recursive: true, force: true }));

/** Five calls: the first is cold. */
async function run(look: Look, { iterations = 4, signal = new AbortController().signal } = {}) {
  const images = await loadImages([PICTURE]);
  const scenario = closedLoop({ iterations, warmup: 0 });
  const targets = [{ name: 'lambda', runner: new LookingRunner(look), scenario }];
  const events: RunEvent[] = [];
  let folder = '';
  for await (const event of execute({ command: 'test', targets, images, outDir, options: {} }, signal)) {
    events.push(event);
    if ('folder' in event) folder = event.folder;
  }
  return { events, folder, record: await readRecord(join(folder, 'record.json')) };
}

const found = ({ seq, traceId }: ObservedCall): CallEvidence => ({
  seq,
  evidence: { trace: { state: 'complete', traceId: traceId!, join: 'handler', serviceSideMs: 1_000 + seq, spans: [] } },
});

it('is asked for each call once it is over, and settled with its sample', async () => {
  const { events, record, folder } = await run(async function* (calls) {
    for await (const call of calls) yield found(call);
  });
  const { samples } = record.targets[0]!;
  expect(samples).toHaveLength(5);
  for (const { seq, trace, timings, issuedMs, completedMs } of samples) {
    expect(trace).toBe('complete');
    expect(timings.serviceSideMs).toBe(1_000 + seq);
    expect(timings.networkMs).toBeCloseTo(completedMs - issuedMs - 1_000 - seq, 5);
  }
  expect(events.filter(({ type }) => type === 'evidence')).toHaveLength(5);
  const lines = (await readFile(join(folder, 'samples.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines.filter(line => 'evidence' in line)).toHaveLength(5);
  // The samples stay as they were written.
  expect(lines.filter(line => 'sample' in line).map(line => line.sample.trace)).toEqual(Array(5).fill('off'));
});

it('may come in any order, after the last call, the later for the earlier', async () => {
  const { events, record } = await run(async function* (calls) {
    const all: ObservedCall[] = [];
    for await (const call of calls) all.push(call);
    for (const call of [...all].reverse())
      yield { seq: call.seq, evidence: { trace: { state: 'partial', spans: [] } } };
    await sleep(20);
    for (const call of all.slice(1)) yield found(call);
  });
  expect(record.targets[0]!.samples.map(({ trace }) => trace)).toEqual(['partial', ...Array(4).fill('complete')]);
  const order = events.map(({ type }) => type);
  expect(order.lastIndexOf('sample')).toBeLessThan(order.indexOf('collecting'));
  expect(order.indexOf('collecting')).toBeLessThan(order.lastIndexOf('evidence'));
  expect(order.at(-1)).toBe('finished');
});

it('tells each call with the time of the wall clock', async () => {
  const before = Date.now();
  const seen: ObservedCall[] = [];
  await run(async function* (calls) {
    for await (const call of calls) {
      seen.push(call);
      yield found(call);
    }
  });
  expect(seen.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
  for (const { issuedAtMs, completedAtMs, traceId, seq } of seen) {
    expect(traceId).toBe(ROOT_OF(seq));
    expect(issuedAtMs).toBeGreaterThan(before - 5);
    expect(completedAtMs).toBeGreaterThanOrEqual(issuedAtMs);
    expect(completedAtMs).toBeLessThan(Date.now() + 5);
  }
});

describe('a run is none the worse', () => {
  it('for a search that fails: a warning says so', async () => {
    const { record } = await run(async function* (calls) {
      for await (const call of calls) {
        yield found(call);
        throw new Error('no more');
      }
    });
    expect(record.run.status).toBe('completed');
    expect(record.targets[0]!.samples.map(({ trace }) => trace)).toEqual(['complete', ...Array(4).fill('off')]);
    expect(record.targets[0]!.warnings).toContainEqual(
      expect.objectContaining({ code: 'evidence', message: expect.stringContaining('no more') }),
    );
  });

  it('for a search that finds nothing', async () => {
    const { record } = await run(async function* () {});
    expect(record.targets[0]!.samples).toHaveLength(5);
    expect(record.targets[0]!.warnings).toEqual([]);
  });

  it('for a search without an end, when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { record } = await run(
      async function* (calls, signal) {
        for await (const call of calls) yield found(call);
        interrupt.abort();
        await sleep(60_000, undefined, { signal }).catch(() => {});
      },
      { signal: interrupt.signal },
    );
    expect(record.targets[0]!.samples.map(({ trace }) => trace)).toEqual(Array(5).fill('complete'));
  });
});
