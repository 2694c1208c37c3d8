/** The errors thrown on purpose. */
import { describe, expect, it } from 'vitest';
import { BenchError, messageOf, QueryError, SetupError, UsageError } from '../../src/core/errors.ts';

describe('the errors', () => {
  it.each([
    [UsageError, 'UsageError', 2],
    [SetupError, 'SetupError', 3],
  ] as const)('%s', (Kind, name, exitCode) => {
    const cause = new Error('below');
    const error = new Kind('what', 'how to help', cause);
    expect(error).toBeInstanceOf(BenchError);
    expect(error).toMatchObject({ name, exitCode, message: 'what', hint: 'how to help', cause });
    expect('cause' in new Kind('what', 'hint')).toBe(false);
  });

  it('a failed query is none that ends the program', () => {
    const error = new QueryError('inference', 'no', { httpStatus: 502, cause: 'x' });
    expect(error).not.toBeInstanceOf(BenchError);
    expect(error).toMatchObject({ name: 'QueryError', kind: 'inference', httpStatus: 502, cause: 'x' });
    expect(new QueryError('inference', 'no').httpStatus).toBeUndefined();
  });
});

it.each([
  [new Error('a\n  b\tc '), 'a b c'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [42, '42'],
])('messageOf %j is one line', (thrown, text) => {
  expect(messageOf(thrown)).toBe(text);
});
