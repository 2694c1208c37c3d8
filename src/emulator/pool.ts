/** The environments of the function: which one takes a call, when a new one is made, and when one goes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmulatorConfig } from './config.ts';
import { Environment } from './environment.ts';
import { after, now } from './moment.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * A caller in a closed loop sends its next call before the runtime, just answered, can ask for it: it waits this long for the
 * environment instead of meeting a new one. What AWS does here is not known; its own network takes longer than the gap.
 */
const FINISHING_GRACE_MS = 100;
/** Longest wait for an environment's overhead before those that are idle are ended. */
const QUIET_MS = 1_000;

export interface Counts {
  /** Calls that reached an environment. */
  invocations: number;
  throttles: number;
  environmentsMade: number;
}

export class Pool {
  readonly counts: Counts = { invocations: 0, throttles: 0, environmentsMade: 0 };
  #config: EmulatorConfig;
  #around: Surroundings;
  readonly #all = new Set<Environment>();
  /** Nobody's, last used last, with what cancels their reclaim. */
  readonly #free = new Map<Environment, () => void>();
  /** Being initialised ahead of any call, and nobody's yet. */
  readonly #early = new Map<Environment, Promise<void>>();
  /** Calls that wait for an environment to finish its last one. */
  readonly #waiting: Array<(environment: Environment | undefined) => void> = [];
  /** Environments that have a call, or are made for one. */
  #taken = 0;
  #closed = false;

  constructor(config: EmulatorConfig, around: Surroundings) {
    this.#config = config;
    this.#around = around;
  }

  get environments(): readonly Environment[] {
    return [...this.#all];
  }

  /** Makes the environments that are initialised ahead of any call; resolves when all have tried. */
  async prepare(): Promise<void> {
    await Promise.all(
      Array.from({ length: this.#config.proactive }, async () => {
        const environment = this.#make(true);
        const started = environment.start();
        this.#early.set(environment, started);
        await started;
        if (this.#early.delete(environment)) this.#release(environment);
      }),
    );
  }

  /** An environment for a call, initialised or having failed at it; undefined when the call is throttled. Give it back by `release`. */
  async take(): Promise<Environment | undefined> {
    const environment =
      this.#takeFree() ?? (await this.#takeEarly()) ?? (await this.#waitForFinishing()) ?? (await this.#takeNew());
    if (environment === undefined) this.counts.throttles += 1;
    else this.counts.invocations += 1;
    return environment;
  }

  /** The call is over. */
  release(environment: Environment): void {
    this.#taken -= 1;
    this.#release(environment);
  }

  /** Calls meet environments of that configuration from now on: those of another are ended, with a call once it is over. */
  reconfigure(config: EmulatorConfig): void {
    this.#config = config;
    this.#around = { ...this.#around, config };
    for (const environment of [...this.#free.keys(), ...this.#early.keys()]) environment.end();
  }

  /** Ends the environment `id`; resolves when it is gone, with false when there is none. */
  async end(id: string): Promise<boolean> {
    const environment = this.environments.find(candidate => candidate.id === id);
    environment?.end();
    await environment?.ended;
    return environment !== undefined;
  }

  /** Ends those that have no call, or have answered it and are about to ask for more; answers how many. */
  async endIdle(): Promise<number> {
    await Promise.race([Promise.all(this.#finishing().map(environment => environment.quiet())), sleep(QUIET_MS)]);
    const idle = [...this.#free.keys()];
    for (const environment of idle) environment.end();
    await Promise.all(idle.map(environment => environment.ended));
    return idle.length;
  }

  #finishing(): Environment[] {
    return this.environments.filter(({ phase }) => phase === 'answered' || phase === 'finishing');
  }

  /** Ends all and makes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = this.environments;
    for (const environment of all) environment.end();
    await Promise.all(all.map(environment => environment.ended));
  }

  #make(proactive: boolean): Environment {
    const environment = new Environment(this.#around, proactive);
    this.counts.environmentsMade += 1;
    this.#all.add(environment);
    void environment.ended.then(() => this.#forget(environment));
    return environment;
  }

  #forget(environment: Environment): void {
    this.#all.delete(environment);
    this.#early.delete(environment);
    this.#free.get(environment)?.();
    this.#free.delete(environment);
  }

  #release(environment: Environment): void {
    if (environment.phase === 'ended') return;
    const leftMs = environment.config === this.#config ? this.#leftMs(environment) : 0;
    // Whoever waits for it meets a new one.
    if (leftMs <= 0) {
      environment.end();
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting(environment);
      return;
    }
    const cancel = after(Math.min(idleLimitMs(this.#config), leftMs), () => environment.end());
    this.#free.set(environment, cancel);
  }

  /** Until it is too old for another call. */
  #leftMs({ madeAt }: Environment): number {
    return (this.#config.maxAgeMs ?? Number.POSITIVE_INFINITY) - (now().ms - madeAt.ms);
  }

  /** The one used last: the others get their chance to be reclaimed. */
  #takeFree(): Environment | undefined {
    for (const [environment, cancelReclaim] of [...this.#free].reverse()) {
      cancelReclaim();
      this.#free.delete(environment);
      if (environment.phase === 'ended') continue;
      this.#taken += 1;
      return environment;
    }
    return undefined;
  }

  async #takeEarly(): Promise<Environment | undefined> {
    const [early] = this.#early;
    if (early === undefined) return undefined;
    const [environment, started] = early;
    this.#early.delete(environment);
    this.#taken += 1;
    await started;
    return this.#usable(environment);
  }

  #waitForFinishing(): Promise<Environment | undefined> | undefined {
    if (this.#finishing().length <= this.#waiting.length) return undefined;
    return new Promise(resolve => {
      const take = (environment: Environment | undefined) => {
        cancel();
        if (environment !== undefined) this.#taken += 1;
        resolve(environment);
      };
      const cancel = after(FINISHING_GRACE_MS, () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        resolve(undefined);
      });
      this.#waiting.push(take);
    });
  }

  async #takeNew(): Promise<Environment | undefined> {
    if (this.#taken >= this.#config.concurrency || this.#closed) return undefined;
    this.#taken += 1;
    const environment = this.#make(false);
    try {
      await environment.start();
    } catch (error) {
      // No port, no process: the machine is at its end.
      environment.end();
      this.#taken -= 1;
      throw error;
    }
    return this.#usable(environment) ?? this.#takeNew();
  }

  /** One that was ended while it started serves nobody; its caller takes another. */
  #usable(environment: Environment): Environment | undefined {
    if (environment.phase !== 'ended') return environment;
    this.#taken -= 1;
    return undefined;
  }
}

/** As long as configured, or with that half-life: the chance to be reclaimed is the same at any moment. */
function idleLimitMs({ idleTimeoutMs, idleHalfLifeMs }: EmulatorConfig): number {
  if (idleHalfLifeMs === undefined) return idleTimeoutMs;
  return Math.min(idleTimeoutMs, idleHalfLifeMs * -Math.log2(1 - Math.random()));
}
