/** The function behind every front door: takes a call to an environment, or throttles it. */
import type { Call } from './call.ts';
import type { EmulatorConfig } from './config.ts';
import type { Invocation } from './invocation.ts';
import type { Pool } from './pool.ts';
import { Sampler } from './sampler.ts';
import { type Trace, type TraceRequest, traceOf } from './trace.ts';

/** Why a call beyond the concurrency is refused; `concurrency` is the function's own, reserved one. */
export const THROTTLED = {
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  Type: 'User',
  message: 'Rate Exceeded.',
} as const;

/** Who keeps count of calls. */
export interface CallWatcher {
  /** Told of each call that is refused. */
  throttled(invocation: Invocation): void;
  /** Told of each that begins: how many there are with it. */
  inFlight(count: number): void;
}

export class LambdaFunction {
  readonly #config: EmulatorConfig;
  readonly #pool: Pool;
  readonly #sampler: Sampler;
  readonly #watcher: CallWatcher;
  #inFlight = 0;

  constructor(config: EmulatorConfig, pool: Pool, watcher: CallWatcher) {
    this.#config = config;
    this.#pool = pool;
    this.#sampler = new Sampler(config.sampling);
    this.#watcher = watcher;
  }

  /** For a call that a client sends with that trace header. */
  newTrace(asked: TraceRequest): Trace {
    return traceOf(asked, { tracing: this.#config.tracing, sampler: this.#sampler });
  }

  /** Resolves when an environment has the call; undefined when it is throttled. */
  async invoke(invocation: Invocation): Promise<Call | undefined> {
    const environment = await this.#pool.take();
    if (environment === undefined) {
      this.#watcher.throttled(invocation);
      return undefined;
    }
    if (environment.phase === 'ended') {
      this.#pool.release(environment);
      return this.invoke(invocation);
    }
    const call = environment.invoke(invocation);
    this.#inFlight += 1;
    this.#watcher.inFlight(this.#inFlight);
    void call.record.promise.then(() => {
      this.#inFlight -= 1;
      this.#pool.release(environment);
    });
    return call;
  }
}
