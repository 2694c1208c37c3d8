/** How the next call is made to meet a new environment: by changing the function, or by waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FunctionChange } from '../runners/function-change.ts';
import type { Preparation } from './prepared-runner.ts';
import { restoreNotes } from './restore-notes.ts';

/** Its value changes from call to call, and nobody reads it: AWS gives no environment of the old configuration another call. */
export const COLD_VARIABLE = 'RESNET_BENCH_COLD_START';

const CHANGER = { command: 'cold', otherwise: 'let time do it: cold --wait 15m' } as const;

/** Of a deployed function. Throws UsageError when it cannot be changed. */
export function byChanging(functionName: string): Preparation {
  const change = new FunctionChange(functionName, CHANGER, restoreNotes, process.env);
  const started = Date.now().toString(36);
  let calls = 0;
  const renew = (signal: AbortSignal) => change.set({ variables: { [COLD_VARIABLE]: `${started}-${calls}` } }, signal);
  return {
    async begin(signal) {
      await change.begin([COLD_VARIABLE], [], signal);
      // Before anything is measured: whether it may be changed is to be known by then.
      await renew(signal);
    },
    async prepare(signal) {
      if (calls++ === 0) return;
      await renew(signal).catch(thrown => {
        if (!signal.aborted) throw thrown;
      });
    },
    end: () => change.end(),
  };
}

/** Before each call but the first: how long it has been idle by then nobody knows, and the call will tell. */
export function byWaiting(waitMs: number): Preparation {
  let calls = 0;
  return {
    async prepare(signal) {
      if (calls++ > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
    },
  };
}
