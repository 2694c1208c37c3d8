/** Which slots of a schedule are done, in memory that does not grow with those done in a row. */
export class DoneSlots {
  /** All below are done. */
  #below = 0;
  readonly #beyond = new Set<number>();

  add(seq: number): void {
    if (seq < this.#below) return;
    this.#beyond.add(seq);
    while (this.#beyond.delete(this.#below)) this.#below++;
  }

  has(seq: number): boolean {
    return seq < this.#below || this.#beyond.has(seq);
  }
}
