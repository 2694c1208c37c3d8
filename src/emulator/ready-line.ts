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
});
export type ReadyLine = z.infer<typeof readyLineSchema>;
