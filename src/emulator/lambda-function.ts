/** The function behind every front door: takes a call to an environment, or throttles it. */
import type { Call } from './call.ts';
import type { Invocation } from './invocation.ts';
import type { Pool } from './pool.ts';

/** Why a call beyond the concurrency is refused; `concurrency` is the function's own, reserved one. */
export const THROTTLED = {
  Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  Type: 'User',
  message: 'Rate Exceeded.',
} as const;

export class LambdaFunction {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Resolves when an environment has the call; undefined when it is throttled. */
  async invoke(invocation: Invocation): Promise<Call | undefined> {
    const environment = await this.#pool.take();
    if (environment === undefined) return undefined;
    if (environment.phase === 'ended') {
      this.#pool.release(environment);
      return this.invoke(invocation);
    }
    const call = environment.invoke(invocation);
    void call.record.promise.then(() => this.#pool.release(environment));
    return call;
  }
}
