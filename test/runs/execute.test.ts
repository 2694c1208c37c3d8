/** A run from its plan: what is on disk when it ends well, badly or early, and that every runner is stopped. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { type RunRecord, runRecordSchema, type TargetInfo } from '../../src/core/record.ts';
import type { Inference, Learned, Runner } from '../../src/core/runner.ts';
import { execute } from '../../src/runs/execute.ts';
import { readRecord } from '../../src/runs/read-run.ts';
import { closedLoop } from '../../src/scenarios/closed-loop.ts';
import { imageNamed } from '../scenarios/scripted-runner.ts';

/** Answers at once, but for what a test says. */
class AnsweringRunner implements Runner {
  stops = 0;
  calls = 0;
  readonly #changes: Partial<Runner>;
  constructor(changes: Partial<Runner> = {}) {
    this.#changes = changes;
  }
  async start(signal: AbortSignal): Promise<TargetInfo> {
    return this.#changes.start?.(signal) ?? { emulated: false, threads: 1 };
  }
  async infer(...asked: Parameters<Runner['infer']>): Promise<Inference> {
    this.calls++;
    return this.#changes.infer?.(...asked) ?? { predictions: [], timings: { handlerMs: 1 }, start: 'warm' };
  }
  learned(): Learned {
    return this.#changes.learned?.() ?? {};
  }
  async warnings() {
    return this.#changes.warnings?.() ?? [];
  }
  async stop(): Promise<void> {
    this.stops++;
    await this.#changes.stop?.();
  }
}

let outDir: string;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resnet-bench-execute-'));
});
afterEach(() => rm(outDir, { recursive: true, force: true }));

async function run(
  runners: Record<string, AnsweringRunner>,
  { signal = new AbortController().signal, until = '' } = {},
) {
  const targets = Object.entries(runners).map(([name, runner]) => ({
    name,
    runner,
    scenario: closedLoop({ iterations: 3, warmup: 0 }),
  }));
  const plan = { command: 'test', targets, images: [imageNamed('a')], outDir, options: {} };
  const events: string[] = [];
  for await (const event of execute(plan, signal)) {
    events.push(event.type);
    if (event.type === until) break;
  }
  return events;
}

async function onlyRecord(): Promise<RunRecord> {
  const [folder, ...others] = await readdir(outDir);
  expect(others).toEqual([]);
  return runRecordSchema.parse(JSON.parse(await readFile(join(outDir, folder!, 'record.json'), 'utf8')));
}

const never = () => new Promise<never>(() => {});
const fails = async () => {
  throw new Error('a bug');
};

describe('a run of two targets', () => {
  it('ends with a complete record, each runner stopped once', async () => {
    const runners = { a: new AnsweringRunner(), b: new AnsweringRunner() };
    expect(await run(runners)).toEqual(['started', ...Array(6).fill('sample'), 'finished']);
    const record = await onlyRecord();
    expect(
      record.targets.map(({ name, samples, summary }) => [name, samples.length, summary.warm?.handlerMs?.count]),
    ).toEqual([
      ['a', 3, 3],
      ['b', 3, 3],
    ]);
    expect(record.run).toMatchObject({ status: 'completed', stoppedBy: 'iterations' });
    expect([runners.a.stops, runners.b.stops]).toEqual([1, 1]);
  });

  it('leaves nothing behind when one cannot start', async () => {
    const cannot = async () => {
      throw new SetupError('no such thing', 'hint');
    };
    const runners = { a: new AnsweringRunner(), b: new AnsweringRunner({ start: cannot }) };
    await expect(run(runners)).rejects.toThrow('no such thing');
    expect(await readdir(outDir)).toEqual([]);
    expect([runners.a.stops, runners.b.stops]).toEqual([1, 1]);
  });

  it('tells the first thing that went wrong, whatever stopping says, and stops all', async () => {
    const runners = {
      a: new AnsweringRunner({ infer: fails, stop: async () => Promise.reject(new Error('stop failed')) }),
      b: new AnsweringRunner(),
    };
    await expect(run(runners)).rejects.toThrow('a bug');
    expect([runners.a.stops, runners.b.stops]).toEqual([1, 1]);
  });

  it('does not hide a stop that fails when nothing else did', async () => {
    const runners = { a: new AnsweringRunner({ stop: fails }), b: new AnsweringRunner() };
    await expect(run(runners)).rejects.toThrow('a bug');
    expect(runners.b.stops).toBe(1);
    expect((await onlyRecord()).run.status).toBe('completed');
  });

  it.each(['started', 'sample'])('left by its reader at the first %s, stops all and can be read', async until => {
    const runners = { a: new AnsweringRunner(), b: new AnsweringRunner() };
    await run(runners, { until });
    expect([runners.a.stops, runners.b.stops]).toEqual([1, 1]);
    const [folder] = await readdir(outDir);
    const record = await readRecord(join(outDir, folder!, 'record.json'));
    expect(record.run.status).toBe('running');
    expect(record.targets[0]!.samples).toHaveLength(until === 'sample' ? 1 : 0);
  });
});

describe("what a runner's answers tell", () => {
  const learned = () => ({ threads: 8, node: '22', model: { name: 'theirs', sha256: 'theirs' } });

  it('is in the record; what was known before stays', async () => {
    const known = async (): Promise<TargetInfo> => ({
      emulated: false,
      threads: 1,
      model: { name: 'ours', precision: 'float32' },
    });
    await run({ a: new AnsweringRunner({ learned, start: known }) });
    expect((await onlyRecord()).targets[0]!.info).toEqual({
      emulated: false,
      threads: 1,
      node: '22',
      model: { name: 'ours', precision: 'float32', sha256: 'theirs' },
    });
  });

  it('is on disk after the first answer, for a run that is killed', async () => {
    const runner = new AnsweringRunner({ learned });
    const targets = [{ name: 'a', runner, scenario: closedLoop({ iterations: 3, warmup: 0 }) }];
    let samples = 0;
    for await (const event of execute(
      { command: 'test', targets, images: [imageNamed('a')], outDir, options: {} },
      new AbortController().signal,
    )) {
      if (event.type === 'sample' && ++samples === 2) break;
    }
    const [folder] = await readdir(outDir);
    expect((await readRecord(join(outDir, folder!, 'record.json'))).targets[0]!.info.node).toBe('22');
  });
});

describe('warnings of a runner', () => {
  const warning = { code: 'x', message: 'y', advice: 'z' };

  it('stand in the record', async () => {
    await run({ a: new AnsweringRunner({ warnings: async () => [warning] }) });
    expect((await onlyRecord()).targets[0]!.warnings).toEqual([warning]);
  });

  it.each([
    ['fail', fails],
    ['never come', never],
  ])('that %s do not keep a run from its end, nor those of the others', async (_, warnings) => {
    const runners = {
      a: new AnsweringRunner({ warnings }),
      b: new AnsweringRunner({ warnings: async () => [warning] }),
    };
    await run(runners);
    const record = await onlyRecord();
    expect(record.run.status).toBe('completed');
    expect(record.targets.map(target => target.warnings)).toEqual([[], [warning]]);
    expect([runners.a.stops, runners.b.stops]).toEqual([1, 1]);
  });
});
