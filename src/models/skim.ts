/** Reads a protobuf message from a file without its bulk: a model of 100 MB in a few kilobytes of memory. */
import { readSync } from 'node:fs';
import protobuf from 'protobufjs/light.js';

/** Larger fields are entered where they are messages and left out where they are not: weights. */
const BULK_BYTES = 4096;

/** A tag and a length, each a varint of at most ten bytes. */
const LONGEST_HEAD = 20;

/** Encoded bytes of the message of that type in bytes `start` to `end` of the file, without its bulk. Throws Error when there is none. */
export function skimMessage(file: number, type: protobuf.Type, start: number, end: number): Uint8Array {
  const out = protobuf.Writer.create();
  for (let at = start; at < end; ) {
    const head = protobuf.Reader.create(readBytes(file, at, Math.min(at + LONGEST_HEAD, end)));
    const tag = head.uint32();
    const wire = tag & 7;
    if (wire === 2) {
      const length = head.uint32();
      const content = at + head.pos;
      at = content + length;
      if (at > end) throw new Error('a field reaches beyond its message');
      const child = type.fieldsById[tag >>> 3]?.resolvedType;
      if (length <= BULK_BYTES) out.uint32(tag).bytes(readBytes(file, content, at));
      else if (child instanceof protobuf.Type) out.uint32(tag).bytes(skimMessage(file, child, content, at));
    } else {
      const valueAt = at + head.pos;
      head.skipType(wire);
      out.uint32(tag).raw(readBytes(file, valueAt, at + head.pos));
      at += head.pos;
    }
  }
  return out.finish();
}

function readBytes(file: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(file, bytes, at, bytes.length - at, start + at);
    if (count === 0) throw new Error('the file ends within a field');
    at += count;
  }
  return bytes;
}
