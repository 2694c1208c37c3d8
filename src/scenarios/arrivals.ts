/** What arrives in its own time, for a reader who takes one after another. */

export class Arrivals<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #ended = false;
  #failure: { readonly thrown: unknown } | undefined;
  #wake: () => void = () => {};

  add(item: T): void {
    this.#waiting.push(item);
    this.#wake();
  }

  /** All that waits, now. */
  take(): T[] {
    return this.#waiting.splice(0);
  }

  /** Nothing more comes; what waits is still read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Thrown at the reader, once what waits was read; the first counts. */
  fail(thrown: unknown): void {
    this.#failure ??= { thrown };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#failure !== undefined) throw this.#failure.thrown;
      if (this.#ended) return;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }
}
