/** The metric line, held to the rules of the Embedded Metric Format. */
import { describe, expect, it } from 'vitest';
import { DIMENSIONS, emfLine, METRICS, type MetricName, type MetricValues, NAMESPACE } from '../../src/handler/emf.ts';

const frame = {
  timestampMs: 1_790_000_000_123,
  functionName: 'classify',
  properties: { requestId: 'abc', model: 'm' },
};
const all = Object.fromEntries(METRICS.map(({ name }, i) => [name, i + 0.5])) as Record<MetricName, number>;

/** Units that CloudWatch knows, of those that may occur here. Source: CloudWatch API, MetricDatum. */
const UNITS = ['Milliseconds', 'Megabytes', 'Kilobytes', 'Percent', 'Count'];

function parsed(values: MetricValues) {
  const line = emfLine(values, frame);
  expect(line).toMatch(/^[^\n]+\n$/);
  const { _aws, ...members } = JSON.parse(line);
  expect(_aws.CloudWatchMetrics).toHaveLength(1);
  return { timestamp: _aws.Timestamp, directive: _aws.CloudWatchMetrics[0], members };
}

describe('the metrics', () => {
  it('are named once each, with units that CloudWatch knows', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { unit } of METRICS) expect(UNITS).toContain(unit);
    expect(METRICS.length).toBeLessThanOrEqual(100);
  });
});

describe('the line', () => {
  it('declares every metric, and each has its value beside it', () => {
    const { timestamp, directive, members } = parsed(all);
    expect(timestamp).toBe(frame.timestampMs);
    expect(directive.Namespace).toBe(NAMESPACE);
    expect(directive.Dimensions).toEqual([['FunctionName']]);
    expect(directive.Metrics).toEqual(METRICS.map(({ name, unit }) => ({ Name: name, Unit: unit })));
    expect(members).toEqual({ FunctionName: 'classify', requestId: 'abc', model: 'm', ...all });
    for (const dimension of DIMENSIONS) expect(members[dimension]).toBeTypeOf('string');
  });

  it('declares no metric that has no value', () => {
    const { directive, members } = parsed({ BadRequest: 1, Failure: 0 });
    expect(directive.Metrics).toEqual([
      { Name: 'BadRequest', Unit: 'Count' },
      { Name: 'Failure', Unit: 'Count' },
    ]);
    expect(members).toEqual({ FunctionName: 'classify', requestId: 'abc', model: 'm', BadRequest: 1, Failure: 0 });
  });
});
