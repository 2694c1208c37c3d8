/** What a reader is told of calls that were not allowed, by where the function was called; and of int8 on a processor that gains little by it. */
import { describe, expect, it } from 'vitest';
import type { Machine, TargetInfo } from '../../src/core/record.ts';
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

describe('int8', () => {
  const here = (cpuFlags?: string[]) => ({ ...(cpuFlags && { cpuFlags }) }) as Machine;
  const model = { name: 'small', precision: 'int8 (QDQ)' };
  const told = (info: Partial<TargetInfo>, machine?: Machine) =>
    warningsOf({ emulated: false, model, ...info }, { failed: {} }, machine).map(({ code }) => code);

  it.each([['avx512_vnni'], ['avx_vnni'], ['asimddp']])('with %s is no matter', flag => {
    expect(told({}, here(['avx2', flag]))).toEqual([]);
    expect(told({ connection: 'keep', cpuFlags: [flag] }, here([]))).toEqual([]);
  });

  it('without is warned of, here, emulated and on a function that tells its processor', () => {
    expect(told({}, here(['avx2', 'avx512f']))).toEqual(['slow-integers']);
    expect(told({ emulated: true, connection: 'keep' }, here(['avx2']))).toEqual(['slow-integers']);
    expect(told({ connection: 'keep', cpuFlags: ['avx2'] }, here(['avx_vnni']))).toEqual(['slow-integers']);
  });

  it('on a processor that is not known, and float32 anywhere, is not', () => {
    expect(told({}, here())).toEqual([]);
    expect(told({ connection: 'keep' }, here(['avx2']))).toEqual([]);
    expect(told({ model: { name: 'large', precision: 'float32' } }, here(['avx2']))).toEqual([]);
  });
});
