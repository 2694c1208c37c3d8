/** The loops over pixels in WebAssembly, with the memory they work in: one copy for the process, so nothing may wait between uses. */
import { RESIZE_WASM } from './resize-wasm.ts';

// Node's own types name the global but not what is in it.
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** Addresses and lengths are bytes; see resize.wat. */
export interface Passes {
  horizontal(
    input: number,
    rows: number,
    stride: number,
    starts: number,
    weights: number,
    taps: number,
    count: number,
    out: number,
  ): void;
  vertical(input: number, stride: number, weights: number, taps: number, out: number): void;
  normalize(input: number, pixels: number, out: number): void;
}

interface Instance extends Passes {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** Every pass reads or writes up to one vector beyond its end. */
export const SLACK = 16;

const PAGE = 65_536;
const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(RESIZE_WASM, 'base64')))
  .exports as Instance;

export const passes: Passes = instance;

/** The memory, grown to at least `bytes`. What stood in it is garbage; what is returned may be replaced by the next call. */
export function reserve(bytes: number): ArrayBuffer {
  const missing = bytes - instance.memory.buffer.byteLength;
  if (missing > 0) instance.memory.grow(Math.ceil(missing / PAGE));
  return instance.memory.buffer;
}
