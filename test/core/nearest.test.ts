/** Did you mean. */
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.ts';

describe('nearest', () => {
  it.each([
    ['cat.jgp', ['dog.jpg', 'cat.jpg', 'cats.png'], 'cat.jpg'],
    ['locl', ['local', 'lambda', 'report'], 'local'],
    ['resnet50-v1-21', ['resnet50-v1-12', 'resnet50-v1-12-int8'], 'resnet50-v1-12'],
    ['local', ['locale', 'local'], 'local'],
    ['abcd', ['abcx', 'abcy'], 'abcx'],
  ])('to %s of %j is %s', (word, candidates, found) => {
    expect(nearest(word, candidates)).toBe(found);
  });

  it.each([
    ['pizza', ['local', 'lambda']],
    ['local', []],
    ['dog.jpg', ['umbrella.png']],
    ['', ['local']],
    ['report', ['rat']],
  ])('to %j of %j there is none', (word, candidates) => {
    expect(nearest(word, candidates)).toBeUndefined();
  });
});
