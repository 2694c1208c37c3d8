/** That one side loads a model which was made ready before, and the other the file itself, is said; where both do alike, nothing is. */
import { expect, it } from 'vitest';
import type { Target } from '../../src/core/record.ts';
import { differingPreparation } from '../../src/reports/likeness.ts';

function target(name: string, prepared?: string): Target {
  const model = { name: 'm', sha256: 'a', ...(prepared !== undefined && { prepared }) };
  return { name, info: { emulated: false, model }, samples: [], summary: { failed: {} } } as unknown as Target;
}

it.each<[string, Target, Target, string | undefined]>([
  [
    'the second',
    target('local'),
    target('lambda', 'weights apart'),
    'lambda loads its model prepared, local as it is: sessions and cold starts differ by that too',
  ],
  [
    'the first',
    target('lambda', 'weights apart'),
    target('local'),
    'lambda loads its model prepared, local as it is: sessions and cold starts differ by that too',
  ],
  ['neither', target('a'), target('b'), undefined],
  ['both', target('a', 'x'), target('b', 'x'), undefined],
])('%s', (_, one, other, said) => {
  expect(differingPreparation(one, other)).toBe(said);
});
