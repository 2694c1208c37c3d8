/** What CloudWatch tells of a function over the minutes of a run. */
import { z } from 'zod';

export const cloudWatchSchema = z.object({
  /** Whole minutes around the run, wall clock, UTC. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** When it was last asked. */
  askedAt: z.iso.datetime(),
  /** It knew of as many invocations as the run made by then. */
  complete: z.boolean(),
  metrics: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      statistic: z.string(),
      /** Null: it has no data, or of a percentile no single one for the whole run. */
      value: z.number().nullable(),
    }),
  ),
});
export type CloudWatchFigures = z.infer<typeof cloudWatchSchema>;
