/** One deployed function that is at one setting at a time: memory, threads. */
import { FunctionChange } from '../runners/function-change.ts';
import { THREADS_VARIABLE } from './our-function.ts';
import type { Preparation } from './prepared-runner.ts';
import { restoreNotes } from './restore-notes.ts';

const CHANGER = { command: 'sweep', otherwise: 'leave out what names it: the emulated one is swept then' } as const;

export interface Setting {
  readonly memoryMb?: number;
  readonly threads?: number;
}

export class SettingSwitch {
  readonly #change: FunctionChange;
  readonly #settings: readonly Setting[];
  #begun = false;
  #at: Setting | undefined;

  /** Throws UsageError when the function cannot be changed. */
  constructor(functionName: string, settings: readonly Setting[]) {
    this.#change = new FunctionChange(functionName, CHANGER, restoreNotes, process.env);
    this.#settings = settings;
  }

  /** Of the runner that calls the function at that setting. */
  at(setting: Setting): Preparation {
    const be = (signal: AbortSignal) => this.#be(setting, signal);
    return {
      begin: be,
      prepare: signal =>
        be(signal).catch(thrown => {
          if (!signal.aborted) throw thrown;
        }),
      // Whoever ends first puts it back for all.
      end: () => this.#change.end(),
    };
  }

  async #be(setting: Setting, signal: AbortSignal): Promise<void> {
    if (this.#at === setting) return;
    if (!this.#begun) {
      const names = this.#settings.some(({ threads }) => threads !== undefined) ? [THREADS_VARIABLE] : [];
      const sizes = this.#settings.flatMap(({ memoryMb }) => memoryMb ?? []);
      await this.#change.begin(names, sizes, signal);
      this.#begun = true;
    }
    const { memoryMb, threads } = setting;
    this.#at = undefined;
    await this.#change.set(
      {
        ...(memoryMb !== undefined && { memoryMb }),
        ...(threads !== undefined && { variables: { [THREADS_VARIABLE]: String(threads) } }),
      },
      signal,
    );
    this.#at = setting;
  }
}
