/** Stretches of calls that failed in a row. */
import { expect, it } from 'vitest';
import { FailingStretches } from '../../src/stats/failing-stretches.ts';
import { failedSample, sampleWith } from '../sample.ts';

/** One call a second, 100 ms each: `.` answered, r refused, t timed out, i interrupted. */
function stretchesOf(calls: string) {
  const failing = new FailingStretches('lambda');
  const kinds = { r: 'refused', t: 'timeout', i: 'interrupted' } as const;
  [...calls].forEach((call, seq) => {
    const times = { seq, scheduledMs: seq * 1_000, issuedMs: seq * 1_000, completedMs: seq * 1_000 + 100 };
    failing.add(call === '.' ? sampleWith(times) : { ...failedSample(kinds[call as keyof typeof kinds]), ...times });
  });
  return failing.stretches().map(({ fromMs, toMs, count, failed }) => [fromMs, toMs, count, failed]);
}

it.each([
  ['', []],
  ['....', []],
  ['.r.t.', []],
  ['.rr.', [[1_000, 2_100, 2, { refused: 2 }]]],
  ['rtr', [[0, 2_100, 3, { refused: 2, timeout: 1 }]]],
  [
    'rr..ttt.',
    [
      [0, 1_100, 2, { refused: 2 }],
      [4_000, 6_100, 3, { timeout: 3 }],
    ],
  ],
  // The user ended it.
  ['..ii', []],
])('%s', (calls, stretches) => {
  expect(stretchesOf(calls)).toEqual(stretches);
});

it('keeps the first thousand of a target', () => {
  expect(stretchesOf('rr.'.repeat(1_500))).toHaveLength(1_000);
});
