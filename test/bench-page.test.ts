/** What bench/README.md shows is what bench/results.json holds. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageWith, renderResults } from '../bench/page.ts';
import { type Compared, isCompared, readResults } from '../bench/results.ts';
import { ratioByRound } from '../bench/side-by-side.ts';

const results = readResults();
const compared = Object.values(results).flatMap(({ sections }) =>
  sections.flatMap(({ rows }) => rows.filter(isCompared)),
);

it('shows what was measured', () => {
  const page = readFileSync(new URL('../bench/README.md', import.meta.url), 'utf8');
  expect(compared.length).toBeGreaterThan(0);
  expect(page).toBe(pageWith(results, page));
});

it('has ratios that are those of the medians beside them', () => {
  for (const { ratio, spread, oursByRound, baselineByRound } of compared) {
    expect(oursByRound).toHaveLength(baselineByRound.length);
    const again = ratioByRound({ ours: oursByRound, baseline: baselineByRound });
    expect(Math.abs(again.ratio / ratio - 1)).toBeLessThan(0.005);
    expect(Math.abs(again.spread[0] / spread[0] - 1)).toBeLessThan(0.005);
    expect(Math.abs(again.spread[1] / spread[1] - 1)).toBeLessThan(0.005);
  }
});

describe('the page', () => {
  const row: Compared = {
    ...{ name: 'ours | theirs', unit: 'ms', ours: 5.5, baseline: 10, ratio: 0.5504, spread: [0.5, 0.6], budget: 0.55 },
    ...{ oursByRound: [5, 6], baselineByRound: [10, 10] },
  };
  const shownOf = (...rows: Compared[]) =>
    renderResults({ some: { measured: '2026-01-02', machine: 'a machine', sections: [{ heading: 'work', rows }] } });

  it('judges a budget by the figure that it shows', () => {
    expect(shownOf(row)).toContain('|work: ours \\| theirs|0.550 [0.500, 0.600]|0.55|met|');
    expect(shownOf({ ...row, ratio: 0.5506 })).toContain('|0.551 [0.500, 0.600]|0.55|missed|');
  });

  it('leaves what stands around the results', () => {
    const [start, end] = [
      '<!-- made from results.json by npm run bench -- --write -->',
      '<!-- end of what is made -->',
    ];
    const page = pageWith({}, `before\n${start}\nold\n${end}\nafter\n`);
    expect(page).toMatch(/^before\n<!--[\s\S]*-->\nafter\n$/);
    expect(page).not.toContain('old');
    expect(() => pageWith({}, 'no marks')).toThrow('marks');
  });
});
