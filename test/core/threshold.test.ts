import { expect, it } from 'vitest';
import { parseThreshold } from '../../src/core/threshold.ts';

it.each([
  [
    'lambda.warm.inferenceMs.p95<900',
    { kind: 'time', target: 'lambda', start: 'warm', timing: 'inferenceMs', statistic: 'p95' },
    '<',
    900,
  ],
  ['lambda.failed <= 0', { kind: 'count', target: 'lambda', count: 'failed' }, '<=', 0],
  ['lambda.failedShare<1%', { kind: 'count', target: 'lambda', count: 'failedShare' }, '<', 0.01],
  ['regression<5%', { kind: 'regression' }, '<', 0.05],
  [
    '1024 MB, 1 thread.warm.serviceMs.p50<900',
    { kind: 'time', target: '1024 MB, 1 thread', start: 'warm', timing: 'serviceMs', statistic: 'p50' },
    '<',
    900,
  ],
  [
    'local.cold.initMs.regression<=0.1',
    { kind: 'regression', target: 'local', start: 'cold', timing: 'initMs' },
    '<=',
    0.1,
  ],
  [
    'local.warm.serviceMs.count>=100',
    { kind: 'time', target: 'local', start: 'warm', timing: 'serviceMs', statistic: 'count' },
    '>=',
    100,
  ],
])('%s', (text, subject, comparison, limit) => {
  expect(parseThreshold(text)).toEqual({ text, subject, comparison, limit });
});

it.each([
  '',
  'x',
  'lambda.warm.serviceMs.p95',
  'lambda.warm.serviceMs.p95=5',
  'lambda.hot.serviceMs.p95<5',
  'lambda.warm.serviceMs.p97<5',
  'lambda.nothing<5',
  'speed<5',
  'a.b.c<5',
  'lambda.failed<five',
])('refuses %j in words', text => {
  expect(typeof parseThreshold(text)).toBe('string');
});
