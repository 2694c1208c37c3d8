/** Where the rest of a Lambda hangs on: shares and freezing around the processes, traces and log events behind the calls. */
import type { InvocationRecord } from './invocation.ts';

export interface EnvironmentHooks {
  /** Shell lines that the environment's process runs before it becomes the program: the place to join a cgroup. */
  prelude(environmentId: string): string;
  /** The runtime has asked for the next event and there is none: the place to freeze the group. */
  resting(group: number): void;
  /** An event is about to be handed out: the place to thaw it. */
  waking(group: number): void;
  /** A call is over, its last log line written: the place to write traces. */
  finished(record: InvocationRecord): void;
  /** The environment is gone for good: the place to remove its cgroup. */
  ended(environmentId: string): void;
}

export const noHooks: EnvironmentHooks = {
  prelude: () => '',
  resting: () => {},
  waking: () => {},
  finished: () => {},
  ended: () => {},
};
