/** One query and the clock around it: what a sample says beyond what the runner told. */
import { expect, it } from 'vitest';
import { QueryError } from '../../src/core/errors.ts';
import { issue } from '../../src/scenarios/index.ts';
import { FakeClock } from '../fake-clock.ts';
import { imageNamed, ScriptedRunner, type Step } from './scripted-runner.ts';

async function sampleOf(step: Step) {
  const clock = new FakeClock();
  clock.advance(100);
  const runner = new ScriptedRunner(clock, () => ({ takesMs: 10, ...step }));
  const query = { seq: 0, image: imageNamed('a'), scheduledMs: 95 };
  return issue(query, runner, clock, new AbortController().signal);
}

const wire = { connectMs: 1, requestMs: 1, firstByteMs: 7, downloadMs: 1 };

it.each([
  ['the service time beyond the work', { ...wire, handlerMs: 7.25 }, 2.75],
  ['below zero when the work says so', { ...wire, handlerMs: 12 }, -2],
  ['unknown without the work', wire, undefined],
  ['none where there is no wire', { handlerMs: 7.25 }, undefined],
])('outside: %s', async (_, timings, outsideMs) => {
  const sample = await sampleOf({ answer: { timings } });
  expect(sample.timings).toEqual(outsideMs === undefined ? timings : { ...timings, outsideMs });
});

it('ends with the last byte, before the answer was read', async () => {
  const sample = await sampleOf({ answer: { readMs: 4, timings: { ...wire, handlerMs: 5 } } });
  expect(sample).toMatchObject({ issuedMs: 100, completedMs: 106, timings: { outsideMs: 1 } });
  expect(sample).not.toHaveProperty('readMs');
});

it('a failure has the facts of its call, and none that is unknown', async () => {
  const call = { requestBytes: 7, connectionReused: false, traceId: 'a trace', traceJoin: 'header' } as const;
  const sample = await sampleOf({ throws: new QueryError('http-5xx', 'answered 500', { httpStatus: 500, call }) });
  expect(sample).toEqual({
    ...{ seq: 0, image: 'a', start: 'unknown', trace: 'off', scheduledMs: 95, issuedMs: 100, completedMs: 110 },
    outcome: { ok: false, error: { kind: 'http-5xx', message: 'answered 500', httpStatus: 500 } },
    ...{ predictions: [], timings: {}, memory: {} },
    ...call,
  });
  const unknown = await sampleOf({ throws: new QueryError('refused', 'nobody there') });
  expect(unknown).not.toHaveProperty('connectionReused');
  expect(unknown).not.toHaveProperty('requestBytes');
});

it.each([
  [
    'that is shorter than init and work together was made ahead of the call',
    { initMs: 4, handlerMs: 7 },
    wire,
    'proactive',
  ],
  ['that can hold them is cold', { initMs: 2, handlerMs: 7 }, wire, 'cold'],
  ['of which one is unknown is cold by its word', { initMs: 90 }, wire, 'cold'],
  ['in this process lies outside its call, and is cold', { initMs: 90, handlerMs: 7 }, {}, 'cold'],
] as const)('a first call %s', async (_, told, times, start) => {
  expect((await sampleOf({ start: 'cold', answer: { timings: { ...told, ...times } } })).start).toBe(start);
});
