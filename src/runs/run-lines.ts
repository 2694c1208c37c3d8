/** Appends lines to `samples.ndjson`: whole ones only, also on a disk that is full for a while. */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { RunLine } from '../core/record.ts';

/** Characters: some hundred thousand samples. */
const MOST_HELD = 2 ** 27;

export class RunLines {
  readonly #file: number;
  #size: number;
  #held: string[] = [];
  #heldLength = 0;

  /** Makes the file; or goes on with it: a last line that is torn is cut off, one that lacks only its line feed gets it. Throws the system's error. */
  constructor(path: string, mode: 'new' | 'go on') {
    this.#file = openSync(path, mode === 'new' ? 'ax+' : 'a+');
    this.#size = fstatSync(this.#file).size;
    if (mode === 'new') return;
    const end = endOfLines(this.#file);
    const rest = Buffer.alloc(this.#size - end);
    readSync(this.#file, rest, 0, rest.length, end);
    if (isJson(rest.toString())) this.#write('\n');
    else {
      ftruncateSync(this.#file, end);
      this.#size = end;
    }
  }

  /** Lines that wait for room on the disk. */
  get held(): number {
    return this.#held.length;
  }

  /** Hands the line to the system before it returns, so that a killed process loses nothing it has reported. Throws the system's error. */
  append(line: RunLine): void {
    this.#write(toLine(line));
  }

  /** The same, but when the disk is full it is kept in memory until there is room. Throws ENOSPC when that is too much, too. */
  appendOrHold(line: RunLine): void {
    const text = toLine(line);
    this.#held.push(text);
    this.#heldLength += text.length;
    try {
      this.flush();
    } catch (thrown) {
      if (!isFull(thrown) || this.#heldLength > MOST_HELD) throw thrown;
    }
  }

  /** Writes what is held. Throws the system's error when it cannot. */
  flush(): void {
    let written = 0;
    try {
      for (const text of this.#held) {
        this.#write(text);
        this.#heldLength -= text.length;
        written++;
      }
    } finally {
      this.#held.splice(0, written);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      // A part only may be written, above all when the disk is about to be full.
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (thrown) {
      ftruncateSync(this.#file, this.#size);
      throw thrown;
    }
    this.#size += bytes.length;
  }
}

export function isFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((thrown as NodeJS.ErrnoException).code ?? '');
}

/** U+2028 and U+2029 end a line for some readers, Node's own among them. */
function toLine(line: RunLine): string {
  return `${JSON.stringify(line).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const CHUNK_BYTES = 65_536;

/** Behind the last line feed, looked for from the end. */
function endOfLines(file: number): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = fstatSync(file).size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const length = readSync(file, chunk, 0, end - start, start);
    const at = chunk.subarray(0, length).lastIndexOf('\n');
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
