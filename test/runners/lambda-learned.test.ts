/** What a function's answers tell of it: the first word, and a warning when they do not agree. */
import { describe, expect, it } from 'vitest';
import type { Warning } from '../../src/core/record.ts';
import { LearnedFacts } from '../../src/runners/lambda-learned.ts';

const predictions = (...probabilities: number[]) =>
  probabilities.map((probability, classId) => ({ classId, label: 'x', probability }));
const codes = (facts: LearnedFacts) => facts.warnings().map(({ code }) => code);

const withoutTimes = ({ message }: Warning) => message.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');

describe('what the answers tell', () => {
  it('is kept from the first that told it', () => {
    const facts = new LearnedFacts();
    facts.add({ node: '20' }, predictions(0.9));
    facts.add({ node: '20', threads: 1 }, predictions(0.9));
    expect(facts.first()).toEqual({ node: '20', threads: 1 });
    expect(facts.warnings()).toEqual([]);
  });

  it('is a warning where it changes, with each value', () => {
    const facts = new LearnedFacts();
    for (const [name, cpuModel] of [
      ['a', 'Graviton'],
      ['b', 'Graviton'],
      ['a', 'EPYC'],
    ] as const) {
      facts.add({ model: { name, sha256: 'ab'.repeat(32) }, cpuModel }, predictions(0.9));
    }
    expect(facts.warnings().map(withoutTimes)).toEqual([
      'the answers tell of different models: a abababababab, b abababababab (first at TIME)',
      'the answers tell of different processors: Graviton, EPYC (first at TIME)',
    ]);
  });

  it('of a run that goes on, what its first part was told counts', () => {
    const facts = new LearnedFacts({ threads: 1, node: '20.1.0' });
    facts.add({ threads: 2, node: '20.1.0' }, []);
    expect(facts.first()).toEqual({ threads: 1, node: '20.1.0' });
    expect(facts.warnings().map(withoutTimes)).toEqual([
      'the answers tell of different numbers of threads: 1, 2 (first at TIME)',
    ]);
  });

  it('holds a few values of many', () => {
    const facts = new LearnedFacts();
    for (let threads = 1; threads <= 1000; threads++) facts.add({ threads }, predictions(0.9));
    expect(withoutTimes(facts.warnings()[0]!)).toBe(
      'the answers tell of different numbers of threads: 1, 2 (first at TIME), 3 (first at TIME), 4 (first at TIME)',
    );
  });
});

describe('probabilities', () => {
  it('that look like fractions read as percent are a warning', () => {
    const facts = new LearnedFacts();
    // 0.78 of 1 and not 0.78 %.
    facts.add({}, predictions(0.0078, 0.0012));
    expect(codes(facts)).toEqual(['percent-or-fractions']);
    facts.add({}, predictions(0.6));
    expect(codes(facts)).toEqual([]);
  });

  it('are none for a function that tells its model, or told nothing', () => {
    const facts = new LearnedFacts();
    expect(codes(facts)).toEqual([]);
    facts.add({ model: { name: 'flat' } }, predictions(0.001, 0.001));
    expect(codes(facts)).toEqual([]);
  });
});
