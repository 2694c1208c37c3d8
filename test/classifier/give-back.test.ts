/** Memory given back: gone at once where Node can do it, and never more than one's own. */
import { expect, it } from 'vitest';
import { giveBack } from '../../src/classifier/give-back.ts';

const canTransfer = 'transfer' in ArrayBuffer.prototype;

it(canTransfer ? 'detaches the bytes' : 'leaves the bytes to the collector: this Node cannot detach them', () => {
  const bytes = new Uint8Array(1_000);
  giveBack(bytes);
  expect(bytes.byteLength).toBe(canTransfer ? 0 : 1_000);
});

it('leaves a part of a larger buffer alone, and shared memory', () => {
  const part = new Uint8Array(new ArrayBuffer(1_000), 0, 500);
  const shared = new Uint8Array(new SharedArrayBuffer(1_000));
  for (const bytes of [part, shared]) giveBack(bytes);
  expect([part.byteLength, shared.byteLength]).toEqual([500, 1_000]);
});
