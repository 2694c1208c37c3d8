/** A deployed function whose configuration is changed for the time of a run, and put back. */
import type { AwsAccess } from '../aws/access.ts';
import { AwsFailure } from '../aws/aws-failure.ts';
import { ChangeFailed, FunctionControl, type SettingsChange, UnreadableVariables } from '../aws/function-control.ts';
import { messageOf, SetupError, UsageError } from '../core/errors.ts';
import { policyOf } from '../core/policy-hint.ts';
import { plainName, regionOf, setupError } from './lambda-door.ts';

/** What it takes to put a function back. Holds no value of the function's own variables: they may be secret. */
export interface RestoreNote {
  readonly functionArn: string;
  /** Of what took AWS's place. */
  readonly endpoint?: string;
  /** Variables of ours as they were; null: not there. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** As it was, where a run changes it; put back only from one of `ownMemoryMb`, else somebody has changed it since. */
  readonly memoryMb?: number;
  readonly ownMemoryMb?: readonly number[];
}

/** Keeps the note where it outlives this process. */
export interface NoteKeeper {
  /** Throws SetupError when it cannot, or another run changes the same function. */
  keep(note: RestoreNote): void;
  drop(functionArn: string): void;
}

/** Given to putting back, at the end of a run or after Ctrl-C. */
const RESTORE_MS = 120_000;

/** Who changes it, for hints. */
export interface Changer {
  /** That of `resnet-bench aws policy`. */
  readonly command: 'cold' | 'sweep';
  /** What to do where it may not be changed. */
  readonly otherwise: string;
}

export class FunctionChange {
  readonly #functionName: string;
  readonly #access: AwsAccess;
  readonly #keeper: NoteKeeper;
  readonly #changer: Changer;
  #control: FunctionControl | undefined;
  #note: RestoreNote | undefined;

  /** Throws UsageError for a published version or an alias, which cannot be changed. */
  constructor(
    functionName: string,
    changer: Changer,
    keeper: NoteKeeper,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    const qualifier = /(?:^|:function:)[^:]+:([^:]+)$/.exec(functionName)?.[1];
    if (qualifier !== undefined && qualifier !== '$LATEST') {
      throw new UsageError(
        `${functionName} names a version or an alias, whose configuration cannot be changed`,
        `name the function itself: ${plainName(functionName)}; or ${changer.otherwise}`,
      );
    }
    this.#functionName = functionName;
    const endpoint = env.AWS_ENDPOINT_URL_LAMBDA || env.AWS_ENDPOINT_URL;
    const region = regionOf(functionName);
    this.#access = { ...(endpoint && { endpoint }), ...(region !== undefined && { region }) };
    this.#keeper = keeper;
    this.#changer = changer;
  }

  /** Notes what is to be put back: the variables of these names, and the memory where it will be one of those. Throws SetupError. */
  async begin(names: readonly string[], ownMemoryMb: readonly number[], signal: AbortSignal): Promise<void> {
    this.#control ??= await FunctionControl.open(this.#access, this.#functionName);
    const { arn, variables, memoryMb } = await this.#asked(() => this.#control!.settled(signal));
    if (names.length > 0 && variables === undefined) throw this.#failed(new UnreadableVariables());
    const { endpoint } = this.#access;
    const note: RestoreNote = {
      functionArn: arn,
      ...(endpoint !== undefined && { endpoint }),
      variables: Object.fromEntries(names.map(name => [name, variables?.[name] ?? null])),
      ...(ownMemoryMb.length > 0 && memoryMb !== undefined && { memoryMb, ownMemoryMb }),
    };
    this.#keeper.keep(note);
    this.#note = note;
  }

  /** Returns when calls meet it. Throws SetupError. */
  async set(change: SettingsChange, signal: AbortSignal): Promise<void> {
    await this.#asked(() => this.#control!.change(change, signal));
  }

  /** Puts it back. Throws SetupError when that fails: the note stays, for the next run. */
  async end(): Promise<void> {
    const [note, control] = [this.#note, this.#control];
    this.#note = undefined;
    this.#control = undefined;
    try {
      if (note === undefined || control === undefined) return;
      await putBack(note, control, AbortSignal.timeout(RESTORE_MS));
      this.#keeper.drop(note.functionArn);
    } catch (thrown) {
      throw new SetupError(
        `the configuration of ${this.#functionName} could not be put back: ${messageOf(thrown)}`,
        'the next run of resnet-bench tries again',
        thrown,
      );
    } finally {
      control?.close();
    }
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  #failed(thrown: unknown): unknown {
    if (thrown instanceof UnreadableVariables) {
      return new SetupError(
        `the variables of ${this.#functionName} cannot be read, and changing one would replace them all`,
        `allow kms:Decrypt for their key; or ${this.#changer.otherwise}`,
        thrown,
      );
    }
    if (thrown instanceof ChangeFailed) {
      const hint = 'aws lambda get-function-configuration, with the same name, says more';
      return new SetupError(`the change of ${this.#functionName} failed: ${messageOf(thrown)}`, hint, thrown);
    }
    if (!(thrown instanceof AwsFailure)) return thrown;
    if (thrown.kind !== 'denied') return setupError(thrown, this.#functionName);
    const { code, operation } = thrown;
    const { command, otherwise } = this.#changer;
    return new SetupError(
      `the configuration of ${this.#functionName} may not be changed (${code.replace(/Exception$/, '')}: ${operation})`,
      `allow what this prints: ${policyOf(command, this.#functionName)}; or ${otherwise}`,
      thrown,
    );
  }
}

/** What an earlier run has left changed. `gone`: there is no such function any more. Throws AwsFailure, ChangeFailed, UnreadableVariables. */
export async function restore(note: RestoreNote, signal: AbortSignal): Promise<'restored' | 'gone'> {
  const { functionArn, endpoint } = note;
  const region = regionOf(functionArn);
  const access = { ...(endpoint !== undefined && { endpoint }), ...(region !== undefined && { region }) };
  const control = await FunctionControl.open(access, functionArn);
  try {
    await putBack(note, control, signal);
    return 'restored';
  } catch (thrown) {
    if (!(thrown instanceof AwsFailure)) throw thrown;
    // An emulator that has ended took its function with it.
    const isHere = endpoint !== undefined && /^https?:\/\/(localhost|127\.|\[::1\])/.test(endpoint);
    if (thrown.kind === 'not-found' || (isHere && thrown.kind === 'unavailable')) return 'gone';
    throw thrown;
  } finally {
    control.close();
  }
}

async function putBack(note: RestoreNote, control: FunctionControl, signal: AbortSignal): Promise<void> {
  const { variables, memoryMb, ownMemoryMb = [] } = note;
  const now = await control.settled(signal);
  const isOurs = memoryMb !== undefined && now.memoryMb !== memoryMb && ownMemoryMb.includes(now.memoryMb ?? 0);
  const changed = Object.entries(variables).filter(([name, value]) => (now.variables?.[name] ?? null) !== value);
  if (!isOurs && changed.length === 0) return;
  await control.change(
    {
      ...(changed.length > 0 && {
        variables: Object.fromEntries(changed.map(([name, value]) => [name, value ?? undefined])),
      }),
      ...(isOurs && { memoryMb }),
    },
    signal,
  );
}
