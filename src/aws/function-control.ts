/** Changes a function's configuration with care: reads all of it, writes what was there with the change, and waits until calls meet it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsAccess } from './access.ts';
import { AwsFailure } from './aws-failure.ts';
import { type FunctionSettings, LambdaApi } from './lambda-client.ts';

export interface SettingsChange {
  /** Of these names; undefined: to be taken out. All others stay. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly memoryMb?: number;
}

/** The control plane allows fifteen requests a second of an account. */
const POLL = { firstMs: 100, growth: 1.5, longestMs: 2_000 } as const;
/** An update takes seconds; one that takes longer than this has failed. */
const PATIENCE_MS = 180_000;

/** A function's variables cannot be read, so that they cannot be written either. */
export class UnreadableVariables extends Error {
  override readonly name = 'UnreadableVariables';
}

/** AWS could not make the change. */
export class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed';
}

export class FunctionControl {
  readonly #api: LambdaApi;
  readonly #functionName: string;

  private constructor(api: LambdaApi, functionName: string) {
    this.#api = api;
    this.#functionName = functionName;
  }

  static async open(access: AwsAccess, functionName: string): Promise<FunctionControl> {
    return new FunctionControl(await LambdaApi.open(access), functionName);
  }

  /** Once nothing is in progress. Throws AwsFailure, ChangeFailed. */
  async settled(signal: AbortSignal): Promise<FunctionSettings> {
    return this.#patiently(signal, async () => {
      const settings = await this.#api.settings(this.#functionName, signal);
      return settings.updateStatus === 'InProgress' ? undefined : settings;
    });
  }

  /** Returns when calls meet it. Throws AwsFailure, UnreadableVariables, ChangeFailed. */
  async change(change: SettingsChange, signal: AbortSignal): Promise<FunctionSettings> {
    // What somebody else changes between reading and writing is read again.
    await this.#patiently(signal, async () => {
      const settings = await this.#api.settings(this.#functionName, signal);
      if (settings.updateStatus === 'InProgress') return undefined;
      return this.#api.update(this.#functionName, merged(settings, change), signal);
    });
    const after = await this.settled(signal);
    if (after.updateStatus === 'Failed') throw new ChangeFailed(after.updateReason ?? 'AWS does not say why');
    return after;
  }

  close(): void {
    this.#api.close();
  }

  /** Asks until there is an answer; what passes by itself is waited for. */
  async #patiently<T>(signal: AbortSignal, ask: () => Promise<T | undefined>): Promise<T> {
    const endMs = performance.now() + PATIENCE_MS;
    for (let pauseMs: number = POLL.firstMs; ; pauseMs = Math.min(pauseMs * POLL.growth, POLL.longestMs)) {
      try {
        const answer = await ask();
        if (answer !== undefined) return answer;
      } catch (thrown) {
        signal.throwIfAborted();
        const passes = thrown instanceof AwsFailure && (thrown.kind === 'conflict' || thrown.kind === 'throttled');
        if (!passes || performance.now() > endMs) throw thrown;
      }
      if (performance.now() > endMs) throw new ChangeFailed(`an update takes longer than ${PATIENCE_MS / 1_000} s`);
      await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

function merged(
  { variables: known, revisionId }: FunctionSettings,
  { variables, memoryMb }: SettingsChange,
): Partial<FunctionSettings> {
  const sizes = { ...(memoryMb !== undefined && { memoryMb }), revisionId };
  if (variables === undefined) return sizes;
  if (known === undefined)
    throw new UnreadableVariables('they cannot be read, and to write them is to replace them all');
  const all = Object.entries({ ...known, ...variables });
  return {
    ...sizes,
    variables: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}
