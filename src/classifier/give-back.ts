/** Memory that is no longer read, freed at once. */

interface Transferable extends ArrayBuffer {
  /** From Node 22 on. */
  transfer(newByteLength: number): ArrayBuffer;
}

/**
 * Detaches `bytes`, which must not be read afterwards, where they are the whole of their buffer and Node can do it. Pixels that a library has
 * allocated look small to the collector: some twenty MB of them would gather before it runs.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (isTransferable(buffer) && byteLength === buffer.byteLength) buffer.transfer(0);
}

function isTransferable(buffer: ArrayBufferLike): buffer is Transferable {
  return buffer instanceof ArrayBuffer && 'transfer' in buffer;
}
