/** What a k6 script of ours says of itself in k6's output, so that `import` knows which load it was. */
import { z } from 'zod';
import { imageInfoSchema } from '../../core/record.ts';

export const k6PlanSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  /** Calls a second. */
  rate: z.number().positive(),
  durationMs: z.number().positive(),
  arrivals: z.enum(['constant', 'poisson']),
  /** Of Poisson arrivals. */
  seed: z.int().exactOptional(),
  maxInFlight: z.int().positive(),
  /** Calls of the schedule. */
  planned: z.int().positive(),
  /** From the start of k6's scenario to the zero of the schedule, milliseconds. */
  leadMs: z.number().nonnegative(),
  timeoutMs: z.number().positive(),
  connection: z.enum(['keep', 'new']),
  /** Without user, password and query. */
  url: z.string(),
  frontDoor: z.enum(['url', 'http-api']).exactOptional(),
  /** Names only: values are secret. */
  headers: z.array(z.string()),
  images: z.array(imageInfoSchema).min(1),
});
export type K6Plan = z.infer<typeof k6PlanSchema>;

/** Names that the script and `import` agree on: metrics of k6, and metadata of its points. */
export const K6_METRIC = {
  /** One point a run, whose metadata `plan` holds the plan. */
  plan: 'resnet_bench_plan',
  /** One point a call, milliseconds; its metadata `answer` holds the body of the answer. */
  service: 'resnet_bench_service_ms',
  /** Calls of a Poisson schedule that were not sent, since all VUs had one. */
  dropped: 'resnet_bench_dropped',
} as const;
