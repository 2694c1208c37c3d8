/** What goes into a run's folder while it runs: samples, evidence and incidents, kept in memory as long as the disk is full. */
import type { Clock } from '../core/clock.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Incident, RunLine, Sample } from '../core/record.ts';
import type { RunFolder } from './run-folder.ts';

export class RunJournal {
  readonly #folder: RunFolder;
  readonly #clock: Clock;
  readonly #patient: boolean;
  #full: { readonly fromMs: number; most: number } | undefined;
  #news: Incident[] = [];
  #failure: { readonly thrown: unknown } | undefined;

  /** `patient`: a full disk does not end the run. */
  constructor(folder: RunFolder, clock: Clock, patient: boolean) {
    this.#folder = folder;
    this.#clock = clock;
    this.#patient = patient;
  }

  /** Throws SetupError when it can neither be written nor held. */
  sample(target: string, sample: Sample): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    if (this.#patient) this.#disk(this.#folder.appendOrHold({ target, sample }));
    else this.#folder.append({ target, sample });
  }

  /** Never throws, so that whoever notices one need not care; a failure comes with the next sample. */
  incident(incident: Incident): void {
    this.#news.push(incident);
    this.#append({ incident });
  }

  /** Never throws, as `incident`. */
  evidence(target: string, seq: number, evidence: Evidence): void {
    this.#append({ target, seq, evidence });
  }

  /** Incidents since it was last asked. */
  news(): Incident[] {
    return this.#news.splice(0);
  }

  /** The end. Throws SetupError when samples are still held and cannot be written. */
  finish(): void {
    this.#folder.flush();
    this.#disk(0);
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  #append(line: RunLine): void {
    try {
      this.#disk(this.#folder.appendOrHold(line));
    } catch (thrown) {
      this.#failure ??= { thrown };
    }
  }

  #disk(held: number): void {
    const nowMs = this.#clock.nowMs();
    if (held > 0) {
      this.#full ??= { fromMs: nowMs, most: 0 };
      this.#full.most = Math.max(this.#full.most, held);
    } else if (this.#full !== undefined) {
      const { fromMs, most } = this.#full;
      this.#full = undefined;
      this.incident({ kind: 'disk-full', fromMs, toMs: nowMs, count: most });
    }
  }
}
