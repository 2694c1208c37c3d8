/** The one line that the emulator's process prints on stdout when it can be called. */
import { z } from 'zod';

export const readyLineSchema = z.object({
  /** Ends in `/`. */
  functionUrl: z.string(),
  /** Ends in `/`. */
  httpApiUrl: z.string(),
  /** Base of the AWS API: what AWS_ENDPOINT_URL would be set to. */
  invokeEndpoint: z.string(),
  pid: z.int(),
  /** The shell that ends what the emulator could not; gone soon after it. */
  reaperPid: z.int(),
  /** Anybody on this machine may call: nothing is signed, nothing is checked. */
  signature: z.literal('not checked'),
  /** Cores' worth of time that each environment gets. */
  cpuShare: z.union([z.number(), z.literal('unlimited')]),
  /** Why it is unlimited, and what helps; absent when it is not, or when nobody wanted limits. */
  noLimits: z.object({ reason: z.string(), advice: z.string() }).exactOptional(),
  /** Environments stand still between calls. */
  frozen: z.boolean(),
  /** Max Memory Used is that of the control group, files it read included, or the sum of what its processes had at most each. */
  memoryBy: z.enum(['group', 'processes']),
});
export type ReadyLine = z.infer<typeof readyLineSchema>;
