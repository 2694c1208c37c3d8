/** Where the rest of a Lambda hangs on: shares and freezing around the processes, traces and log events behind the calls. */
import type { InvocationRecord } from './invocation.ts';

export interface EnvironmentHooks {
  /** Shell lines that the environment's process runs before it becomes the program: the place to join a cgroup. */
  prelude(environmentId: string): string;
  /** The runtime has asked for the next event and there is none: the place to freeze the group. */
  resting(group: number): void;
  /** An event is about to be handed out: the place to thaw it. */
  waking(group: number): void;
  /** An initialisation ahead of any call begins, before its process; it has ended well. */
  initStarts(environmentId: string): void;
  initEnds(environmentId: string): void;
  /** The most memory that all its processes had together, MB of 1,048,576 bytes; undefined where nobody keeps count. */
  peakMb(environmentId: string): number | undefined;
  /** Processes of it that were killed for want of memory, so far. */
  oomKills(environmentId: string): number;
  /** A call is over, its last log line written: the place to write traces. */
  finished(record: InvocationRecord): void;
  /** The environment is gone for good: the place to remove its cgroup. */
  ended(environmentId: string): Promise<void>;
}
