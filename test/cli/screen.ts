/** What a person would see of a program's output: a terminal as far as a live view needs one. Unknown sequences are errors. */

/** A mark that a program under test leaves in its output, for `Screen` only. */
export function mark(name: 'columns' | 'look', value: string | number): string {
  return `\u001B]7777;${name}=${value}\u0007`;
}

interface Row {
  readonly cells: string[];
  /** Goes on in the next row: it was broken by the width, not by a line feed. */
  broken: boolean;
}

const newRow = (cells: string[] = []): Row => ({ cells, broken: false });

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const TOKEN = /\u001B\](\d+);([^=]*)=([^\u0007]*)\u0007|\u001B\[(\??)([\d;]*)([A-Za-z])|[\s\S]/gu;

/** Breaks lines anew when its width changes, as most terminals do. No end of the screen: nothing is ever scrolled away. */
export class Screen {
  /** What stood there when the program asked to look, by its name for it. */
  readonly looks = new Map<string, string>();
  cursorVisible = true;
  /** Each starts with the sequence by which ora announces it. */
  drawings = 0;
  #columns: number;
  #rows: Row[] = [newRow()];
  #row = 0;
  #column = 0;

  constructor(columns: number, output: string) {
    this.#columns = columns;
    for (const [token, , name, value, question, numbers, letter] of output.matchAll(TOKEN)) {
      if (name === 'columns') this.#resize(Number(value));
      else if (name === 'look') this.looks.set(value!, this.text());
      else if (letter === undefined) this.#put(token);
      else if (question === '?') this.#mode(`${numbers}${letter}`);
      else this.#control(letter, numbers === '' ? undefined : Number(numbers));
    }
  }

  /** Without blanks at the ends of lines. */
  text(): string {
    return this.#rows
      .map(({ cells, broken }) => (broken ? cells.join('') : `${cells.join('').trimEnd()}\n`))
      .join('')
      .trimEnd();
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else {
      if (this.#column === this.#columns) {
        this.#rows[this.#row]!.broken = true;
        this.#down();
        this.#column = 0;
      }
      const { cells } = this.#rows[this.#row]!;
      while (cells.length < this.#column) cells.push(' ');
      cells[this.#column++] = character;
    }
  }

  #down(): void {
    this.#row++;
    if (this.#row === this.#rows.length) this.#rows.push(newRow());
  }

  #mode(mode: string): void {
    if (mode === '25h' || mode === '25l') this.cursorVisible = mode === '25h';
    else if (mode === '2026h') this.drawings++;
    else if (mode !== '2026l') throw new Error(`unknown mode ${mode}`);
  }

  #control(letter: string, number: number | undefined): void {
    const row = this.#rows[this.#row]!;
    const eraseToTheRight = () => {
      row.cells.length = Math.min(row.cells.length, this.#column);
      row.broken = false;
    };
    if (letter === 'A') this.#row = Math.max(0, this.#row - (number ?? 1));
    else if (letter === 'G') this.#column = (number ?? 1) - 1;
    else if (letter === 'K' && (number ?? 0) === 0) eraseToTheRight();
    else if (letter === 'J' && (number ?? 0) === 0) {
      eraseToTheRight();
      this.#rows.length = this.#row + 1;
    } else if (letter !== 'm') throw new Error(`unknown sequence ${number}${letter}`);
  }

  #resize(columns: number): void {
    // It is the program that is told so; there is no such screen.
    if (columns === 0) return;
    const rows: Row[] = [];
    let cursor = { row: 0, column: 0 };
    let whole: string[] = [];
    let at: number | undefined;
    for (const [i, { cells, broken }] of this.#rows.entries()) {
      if (i === this.#row) at = whole.length + this.#column;
      whole.push(...cells);
      if (broken) continue;
      if (at !== undefined) {
        const row = at > 0 && at % columns === 0 && at === whole.length ? at / columns - 1 : Math.floor(at / columns);
        cursor = { row: rows.length + row, column: at - row * columns };
      }
      const pieces = Array.from({ length: Math.max(1, Math.ceil(whole.length / columns)) }, (_, piece) =>
        newRow(whole.slice(piece * columns, (piece + 1) * columns)),
      );
      for (const piece of pieces.slice(0, -1)) piece.broken = true;
      rows.push(...pieces);
      [whole, at] = [[], undefined];
    }
    this.#rows = rows;
    [this.#row, this.#column] = [cursor.row, cursor.column];
    this.#columns = columns;
  }
}
