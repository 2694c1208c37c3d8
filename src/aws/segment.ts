/** Segment documents of X-Ray as they arrive: strings of JSON, of which only what is needed here is checked. */
import { z } from 'zod';

/** Seconds since 1970. Source: X-Ray developer guide, "X-Ray segment documents". */
const seconds = z.number();

const subsegmentSchema = z.object({
  name: z.string(),
  start_time: seconds,
  end_time: seconds.optional(),
  get subsegments() {
    return z.array(subsegmentSchema).optional();
  },
});
export type Subsegment = z.infer<typeof subsegmentSchema>;

export const segmentSchema = z.object({
  id: z.string(),
  name: z.string(),
  start_time: seconds,
  end_time: seconds.optional(),
  parent_id: z.string().optional(),
  origin: z.string().optional(),
  inferred: z.boolean().optional(),
  error: z.boolean().optional(),
  fault: z.boolean().optional(),
  throttle: z.boolean().optional(),
  aws: z.object({ request_id: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  subsegments: z.array(subsegmentSchema).optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** Undefined for what is no segment document. */
export function parseSegment(document: string): Segment | undefined {
  try {
    return segmentSchema.safeParse(JSON.parse(document)).data;
  } catch {
    return undefined;
  }
}
