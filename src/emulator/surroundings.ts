/** What environments of one function have in common. */
import type { EmulatorConfig } from './config.ts';
import type { EnvironmentHooks } from './hooks.ts';
import type { FunctionLog } from './log.ts';
import type { Reaper } from './reaper.ts';
import type { RuntimeSession } from './runtime-session.ts';

export interface Surroundings {
  readonly config: EmulatorConfig;
  readonly log: FunctionLog;
  readonly reaper: Reaper;
  readonly hooks: EnvironmentHooks;
  /** Gives the environment a Runtime API of its own; answers `host:port`. */
  openRuntimeApi(session: RuntimeSession): Promise<string>;
  closeRuntimeApi(session: RuntimeSession): void;
}
