/** The names of a query's times, by themselves: reading a command line takes them, and no schema. */
import type { Timings } from './sample.ts';

export const TIMING_NAMES = [
  'encodeMs',
  'connectMs',
  'requestMs',
  'firstByteMs',
  'downloadMs',
  'parseMs',
  'preprocessMs',
  'inferenceMs',
  'postprocessMs',
  'handlerMs',
  'initMs',
  'runtimeStartMs',
  'importsMs',
  'sessionMs',
  'invocationMs',
  'overheadMs',
  'durationMs',
  'billedMs',
  'serviceSideMs',
  'networkMs',
  'unexplainedMs',
  'outsideMs',
] as const satisfies readonly (keyof Timings)[];

/** Does not compile when one is missing. */
true satisfies [Exclude<keyof Timings, (typeof TIMING_NAMES)[number]>] extends [never] ? true : false;
