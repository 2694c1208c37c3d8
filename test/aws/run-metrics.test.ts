/** CloudWatch's figures of a run, asked of the emulator by the real client. */
import { describe, expect, it } from 'vitest';
import { runMetrics } from '../../src/aws/run-metrics.ts';
import type { CloudWatchFigures } from '../../src/core/cloudwatch.ts';
import type { Emulator } from '../../src/emulator/start.ts';
import { echo, emulator, node, post, until } from '../emulator/harness.ts';

const { signal: never } = new AbortController();

async function ask(
  { invokeEndpoint }: Emulator,
  { invocations = 0, patienceMs = 3_000, signal = never, fromMs = Date.now() - 60_000 },
) {
  const options = { access: { emulator: invokeEndpoint }, intervalMs: 50, patienceMs };
  return runMetrics(options, 'fn', { fromMs, toMs: Date.now(), invocations }, signal);
}

function figures(found: Awaited<ReturnType<typeof ask>>): CloudWatchFigures {
  if ('figures' in found) return found.figures;
  throw new Error(found.warning.message);
}

function figureOf({ metrics }: CloudWatchFigures, name: string, statistic: string): number | null {
  return metrics.find(metric => metric.name === name && metric.statistic === statistic)!.value;
}

describe('the figures of a run', () => {
  it('count calls, errors, refusals and how many were in flight, and time them', async () => {
    const running = await emulator({ concurrency: 2 });
    const slow = [echo(running.functionUrl, { sleepMs: 1_500 }), echo(running.functionUrl, { sleepMs: 1_500 })];
    await until(
      async () => (await running.environments()).environments.filter(one => one.state === 'busy').length === 2,
    );
    expect((await post(running.functionUrl, {})).status).toBe(429);
    await Promise.all(slow);
    await post(running.functionUrl, { throw: 'no' });
    const found = figures(await ask(running, { invocations: 3 }));
    expect(found.complete).toBe(true);
    const counts = ['Invocations', 'Errors', 'Throttles'].map(name => figureOf(found, name, 'Sum'));
    expect(counts).toEqual([3, 1, 1]);
    expect(figureOf(found, 'ConcurrentExecutions', 'Maximum')).toBe(2);
    expect(figureOf(found, 'Duration', 'Maximum')).toBeGreaterThanOrEqual(1_500);
    expect(figureOf(found, 'Duration', 'p50')).toBeGreaterThanOrEqual(1_500);
    // This function writes no metrics of its own.
    expect(figureOf(found, 'InferenceTime', 'p50')).toBeNull();
  });

  it('are asked for again until they know of all calls', async () => {
    const running = await emulator({ metricDelayMs: 700 });
    await echo(running.functionUrl);
    const started = performance.now();
    const found = figures(await ask(running, { invocations: 1 }));
    expect([found.complete, figureOf(found, 'Invocations', 'Sum')]).toEqual([true, 1]);
    expect(performance.now() - started).toBeGreaterThan(400);
  });

  it('are taken as they are when that takes too long, or nobody waits any more', async () => {
    const running = await emulator({ metricDelayMs: 60_000 });
    await echo(running.functionUrl);
    const late = figures(await ask(running, { invocations: 1, patienceMs: 200 }));
    expect([late.complete, figureOf(late, 'Invocations', 'Sum')]).toEqual([false, null]);
    const started = performance.now();
    const interrupted = figures(
      await ask(running, { invocations: 1, patienceMs: 60_000, signal: AbortSignal.abort() }),
    );
    expect(interrupted.complete).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('of a longer run are percentiles of all of it', async () => {
    const running = await emulator();
    for (const sleepMs of [0, 0, 300]) await echo(running.functionUrl, { sleepMs });
    const found = figures(await ask(running, { invocations: 3, fromMs: Date.now() - 3 * 3_600_000 }));
    expect(figureOf(found, 'Duration', 'p99')).toBeGreaterThanOrEqual(300);
    expect(figureOf(found, 'Duration', 'p50')).toBeLessThan(300);
  });

  it.each([
    ['denied', 'CloudWatch did not tell its figures of the run (AccessDenied: cloudwatch:GetMetricData)'],
    ['throttled', 'CloudWatch did not tell its figures of the run (Throttling: cloudwatch:GetMetricData)'],
  ] as const)('that are %s are a warning', async (fault, message) => {
    const running = await emulator({ apiFaults: [{ operation: 'cloudwatch:GetMetricData', fault }] });
    const found = await ask(running, { invocations: 1 });
    if (!('warning' in found)) throw new Error('it answered');
    expect(found.warning).toMatchObject({ code: 'metrics', message });
    expect(found.warning.advice).toContain('--no-metrics');
  });
});

it('metrics that a function writes into its log are read out of it', async () => {
  const running = await emulator({ bootstrap: node('echo.mjs') });
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: 'ResNetBench',
          Dimensions: [['FunctionName']],
          Metrics: [{ Name: 'InferenceTime', Unit: 'Milliseconds' }],
        },
      ],
    },
    FunctionName: 'fn',
    InferenceTime: 42.5,
  };
  await echo(running.functionUrl, { log: JSON.stringify(line) });
  const found = figures(await ask(running, { invocations: 1 }));
  expect(figureOf(found, 'InferenceTime', 'p50')).toBe(42.5);
});
