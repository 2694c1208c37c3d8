/** What a soak shows while it runs, as text: the time, and of each target how far it is, its times so far and what went wrong. */
import type { Sample } from '../core/sample.ts';
import { SoakTally } from '../runs/soak-tally.ts';
import { clockText } from './clock-text.ts';
import { cut, targetRows, targetText } from './soak-rows.ts';

export interface SoakViewOptions {
  /** In the order in which they are shown. */
  readonly targets: readonly string[];
  /** Calls of each target. */
  readonly plannedByTarget: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

const BAR_COLUMNS = 24;
/** A shorter one shows nothing that the clock does not. */
const LEAST_BAR_COLUMNS = 8;

export class SoakView {
  readonly #tallies: ReadonlyMap<string, SoakTally>;
  readonly #durationMs: number;
  #beganMs: number | undefined;

  constructor({ targets, plannedByTarget, durationMs }: SoakViewOptions) {
    this.#tallies = new Map(targets.map(name => [name, new SoakTally(name, plannedByTarget.get(name)!)]));
    this.#durationMs = durationMs;
  }

  /** `runMs`: what the run's clock showed when the measuring began. */
  began(runMs: number): void {
    this.#beganMs = runMs;
  }

  add(target: string, sample: Sample): void {
    this.#tallies.get(target)!.add(sample);
  }

  /** Planned calls that did not leave. */
  missed(target: string, count: number): void {
    this.#tallies.get(target)!.addMissed(count);
  }

  /** Planned calls that were not sent because too many were in flight. */
  dropped(target: string, count: number): void {
    this.#tallies.get(target)!.addDropped(count);
  }

  /** A line of the time and one of each target, none longer than `columns`. `nowMs` on the run's clock. */
  lines(nowMs: number, columns: number): string {
    const clock = `${this.#clock(nowMs)} · ${this.#left(nowMs)}`;
    const barColumns = Math.min(BAR_COLUMNS, columns - clock.length - 2);
    const first = barColumns < LEAST_BAR_COLUMNS ? clock : `${this.#bar(nowMs, barColumns)}  ${clock}`;
    return [cut(first, columns), ...targetRows([...this.#tallies.values()], columns)].join('\n');
  }

  /** The same in one line, for a log. */
  line(nowMs: number): string {
    return `${this.#clock(nowMs)} · ${[...this.#tallies.values()].map(targetText).join(' | ')}`;
  }

  #passedMs(nowMs: number): number {
    return this.#beganMs === undefined ? 0 : Math.min(this.#durationMs, Math.max(0, nowMs - this.#beganMs));
  }

  #clock(nowMs: number): string {
    const passed = clockText(Math.floor(this.#passedMs(nowMs) / 1_000));
    return `${passed} of ${clockText(Math.ceil(this.#durationMs / 1_000))}`;
  }

  #left(nowMs: number): string {
    if (this.#beganMs === undefined) return 'starting';
    const leftMs = this.#durationMs - this.#passedMs(nowMs);
    // Of the last second it is 0:01 until it is over, so that what has passed and what is left add up.
    return leftMs > 0 ? `${clockText(Math.ceil(leftMs / 1_000))} left` : 'waiting for the last answers';
  }

  #bar(nowMs: number, columns: number): string {
    const full = Math.floor((columns * this.#passedMs(nowMs)) / this.#durationMs);
    return '█'.repeat(full) + '░'.repeat(columns - full);
  }
}
