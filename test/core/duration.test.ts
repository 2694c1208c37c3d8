/** Durations as people write them. */
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { seededRandom } from '../random.ts';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1.5h', 5_400_000],
    ['0.25s', 250],
    ['0s', 0],
    ['007s', 7000],
    ['90m', 5_400_000],
    ['1m500ms', 60_500],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['', 'nothing'],
    ['30', 'a bare number'],
    ['s', 'a bare unit'],
    ['30 s', 'a space'],
    [' 30s', 'a space before'],
    ['30s ', 'a space after'],
    ['-30s', 'a sign'],
    ['+30s', 'a sign'],
    ['30S', 'a capital'],
    ['30sec', 'a longer unit'],
    ['1m30', 'a last part without its unit'],
    ['30m1h', 'parts out of order'],
    ['1h1h', 'a unit twice'],
    ['1.h', 'a point without digits'],
    ['.5h', 'a point without a number'],
    ['1e3s', 'an exponent'],
    ['1,5h', 'a comma'],
    ['0x10s', 'hexadecimal'],
    ['NaN', 'no number'],
    ['Infinitys', 'no number'],
    ['30s\n', 'a line end'],
  ])('%j is none: %s', text => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('does not remember the last text', () => {
    expect(parseDuration('1h30x')).toBeUndefined();
    expect(parseDuration('30s')).toBe(30_000);
    expect(parseDuration('30s')).toBe(30_000);
  });

  it('a number too large for a number is none', () => {
    expect(parseDuration(`${'9'.repeat(400)}s`)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [5_400_000, '1h30m'],
    [0, '0s'],
    [250, '250ms'],
    [30_000, '30s'],
    [60_000, '1m'],
    [86_400_000, '1d'],
    [93_784_005, '1d2h3m4s5ms'],
    [999.6, '1s'],
    [0.4, '0s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('is read back as what it was, for any number of milliseconds', () => {
    const random = seededRandom(8);
    for (let i = 0; i < 2000; i++) {
      const ms = Math.floor(2 ** (random() * 40));
      expect(parseDuration(formatDuration(ms)), `${ms}`).toBe(ms);
    }
  });
});
