/** What the control endpoint tells of the environments. */
import { z } from 'zod';

/** Times are milliseconds since 1970; absent: has not happened. */
export const environmentFactsSchema = z.object({
  /** 32 hex digits, as in the log stream's name. */
  id: z.string(),
  /** Its process and process group; absent when a call has ended it and the next will start another. */
  pid: z.int().exactOptional(),
  state: z.enum(['init', 'idle', 'busy']),
  /** Made ahead of any call. */
  proactive: z.boolean(),
  initStartMs: z.number().exactOptional(),
  initEndMs: z.number().exactOptional(),
  /** The first initialisation failed or took too long; it was done again inside the first call. */
  initFailed: z.boolean(),
  firstCallMs: z.number().exactOptional(),
  invocations: z.int(),
});
export type EnvironmentFacts = z.infer<typeof environmentFactsSchema>;

export const environmentListSchema = z.object({
  environments: z.array(environmentFactsSchema),
  /** Since the emulator started: calls that reached an environment, calls refused, environments made. */
  counts: z.object({ invocations: z.int(), throttles: z.int(), environmentsMade: z.int() }),
});
export type EnvironmentList = z.infer<typeof environmentListSchema>;

export const logLinesSchema = z.object({
  lines: z.array(z.object({ epochMs: z.number(), stream: z.string(), text: z.string() })),
});

/** Operations of the AWS API that were asked for since the emulator started, as a policy names them. A call to an address is none. */
export const actionListSchema = z.object({ actions: z.array(z.object({ action: z.string(), count: z.int() })) });
export type ActionList = z.infer<typeof actionListSchema>;

export const CONTROL_PATHS = {
  environments: '/_emulator/environments',
  endIdle: '/_emulator/environments/end-idle',
  end: (id: string) => `/_emulator/environments/${id}/end`,
  logs: '/_emulator/logs',
  actions: '/_emulator/actions',
} as const;
