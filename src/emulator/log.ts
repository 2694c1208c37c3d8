/** The function's log: lines of all its environments in a ring, and what each environment wrote lately. */

/** A line of a log stream. */
export interface LogLine {
  readonly epochMs: number;
  readonly stream: string;
  readonly text: string;
  /** Counts all that were ever written, from 0. */
  readonly number: number;
}

const RING_LINES = 10_000;
const RING_CHARACTERS = 16 * 1024 * 1024;
/** CloudWatch's longest event. */
const LONGEST_LINE = 256 * 1024;
/** X-Amz-Log-Result holds the last 4 KiB; the last line may need trimming. */
const TAIL_CHARACTERS = 4_096;

/** Lines of one function, the oldest dropped first. */
export class FunctionLog {
  readonly #mirror: (text: string) => void;
  #lines: LogLine[] = [];
  #characters = 0;
  #written = 0;

  /** `mirror` gets every line as it comes. */
  constructor(mirror: (text: string) => void) {
    this.#mirror = mirror;
  }

  append(line: Omit<LogLine, 'number'>): void {
    this.#lines.push({ ...line, number: this.#written });
    this.#written += 1;
    this.#characters += line.text.length;
    // Twice the ring before it is cut: one copy now and then, not one a line.
    if (this.#lines.length > 2 * RING_LINES || this.#characters > 2 * RING_CHARACTERS) this.#cut();
    this.#mirror(line.text);
  }

  /** Oldest first. */
  lines(): readonly LogLine[] {
    this.#cut();
    return this.#lines;
  }

  #cut(): void {
    let first = Math.max(0, this.#lines.length - RING_LINES);
    let characters = 0;
    for (let i = this.#lines.length - 1; i >= first; i -= 1) {
      characters += this.#lines[i]!.text.length;
      if (characters > RING_CHARACTERS) first = i + 1;
    }
    if (first > 0) this.#lines = this.#lines.slice(first);
    this.#characters = this.#lines.reduce((sum, line) => sum + line.text.length, 0);
  }
}

/** One environment's stream: output cut into lines, platform lines between them. */
export class LogStream {
  readonly #log: FunctionLog;
  readonly #stream: string;
  #partial = '';
  #tail = '';

  constructor(log: FunctionLog, stream: string) {
    this.#log = log;
    this.#stream = stream;
  }

  /** Output of the program, in whatever pieces it came. */
  output(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#append(line);
    if (this.#partial.length > LONGEST_LINE) this.#flush();
  }

  /** A line of the platform's own. */
  platform(line: string): void {
    this.#flush();
    this.#append(line);
  }

  /** What was written since it was last taken, its end at least. */
  takeTail(): string {
    const tail = this.#tail;
    this.#tail = '';
    return tail;
  }

  #flush(): void {
    if (this.#partial !== '') this.#append(this.#partial);
    this.#partial = '';
  }

  #append(whole: string): void {
    const text = whole.length > LONGEST_LINE ? whole.slice(0, LONGEST_LINE) : whole;
    this.#log.append({ epochMs: Date.now(), stream: this.#stream, text });
    this.#tail = `${this.#tail}${text}\n`.slice(-TAIL_CHARACTERS);
  }
}
