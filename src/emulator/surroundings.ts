/** What environments of one function have in common, and what they hear from their runtimes. */
import type { Call } from './call.ts';
import type { EmulatorConfig } from './config.ts';
import type { Environment } from './environment.ts';
import type { EnvironmentHooks } from './hooks.ts';
import type { FunctionLog } from './log.ts';
import type { Reaper } from './reaper.ts';

export interface Surroundings {
  readonly config: EmulatorConfig;
  readonly log: FunctionLog;
  readonly reaper: Reaper;
  readonly hooks: EnvironmentHooks;
  /** Gives the environment a Runtime API of its own; answers `host:port`. */
  openRuntimeApi(environment: Environment): Promise<string>;
  closeRuntimeApi(environment: Environment): void;
}

/** A runtime's waiting `/next`. */
export interface Poll {
  deliver(call: Call): void;
  /** Another one has taken its place, or the environment is gone. */
  refuse(): void;
}
