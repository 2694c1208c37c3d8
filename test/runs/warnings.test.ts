/** What a reader is told of calls that were not allowed, by where the function was called. */
import { describe, expect, it } from 'vitest';
import type { TargetInfo } from '../../src/core/record.ts';
import { warningsOf } from '../../src/runs/warnings.ts';

describe('calls answered 403', () => {
  const of = (info: Partial<TargetInfo>, count = 2) =>
    warningsOf({ emulated: false, ...info }, { failed: { 'http-403': count } }).find(
      ({ code }) => code === 'forbidden',
    );

  it.each<[Partial<TargetInfo>, string]>([
    [{ frontDoor: 'url', url: 'https://x' }, 'resnet-bench aws policy --url'],
    [{ frontDoor: 'invoke' }, 'resnet-bench aws policy prints'],
    [{ frontDoor: 'http-api', url: 'https://x' }, '--header'],
    [{ url: 'https://x' }, '--header'],
  ])('of %j', (info, advice) => {
    expect(of(info)).toMatchObject({
      message: '2 calls were answered 403: not allowed',
      advice: expect.stringContaining(advice),
    });
  });

  it('are counted, and no warning where there are none', () => {
    expect(of({}, 1)!.message).toBe('1 call was answered 403: not allowed');
    expect(warningsOf({ emulated: false }, { failed: { timeout: 1 } }).map(({ code }) => code)).toEqual([
      'failed-queries',
    ]);
  });
});
