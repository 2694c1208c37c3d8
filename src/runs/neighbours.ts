/** Which calls overlapped: times of calls that shared a machine are longer than those of calls that had it alone. */
export interface Neighbour {
  /** Calls that were under way during this one, by now. */
  others: number;
}

export class Neighbours {
  readonly #present = new Set<Neighbour>();

  begin(): Neighbour {
    const neighbour = { others: this.#present.size };
    for (const other of this.#present) other.others += 1;
    this.#present.add(neighbour);
    return neighbour;
  }

  end(neighbour: Neighbour): void {
    this.#present.delete(neighbour);
  }
}
