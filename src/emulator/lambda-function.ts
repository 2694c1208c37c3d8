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

export class LambdaFunction {
  readonly #config: EmulatorConfig;
  readonly #pool: Pool;
  readonly #sampler: Sampler;
  readonly #throttled: (invocation: Invocation) => void;

  /** `throttled` is told of each call that is refused. */
  constructor(config: EmulatorConfig, pool: Pool, throttled: (invocation: Invocation) => void) {
    this.#config = config;
    this.#pool = pool;
    this.#sampler = new Sampler(config.sampling);
    this.#throttled = throttled;
  }

  /** For a call that a client sends with that trace header. */
  newTrace(asked: TraceRequest): Trace {
    return traceOf(asked, { tracing: this.#config.tracing, sampler: this.#sampler });
  }

  /** Resolves when an environment has the call; undefined when it is throttled. */
  async invoke(invocation: Invocation): Promise<Call | undefined> {
    const environment = await this.#pool.take();
    if (environment === undefined) {
      this.#throttled(invocation);
      return undefined;
    }
    if (environment.phase === 'ended') {
      this.#pool.release(environment);
      return this.invoke(invocation);
    }
    const call = environment.invoke(invocation);
    void call.record.promise.then(() => this.#pool.release(environment));
    return call;
  }
}
