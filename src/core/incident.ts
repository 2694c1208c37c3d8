/** What befell a run beside its calls, each with its time: what the figures may owe to it is for a reader to judge. */
import { z } from 'zod';

/** Milliseconds on the run's clock. */
const stretch = { fromMs: z.number(), toMs: z.number() };
const count = z.int().positive();

export const incidentSchema = z.discriminatedUnion('kind', [
  /** Slots of the schedule in which no call was sent: nothing ran when they were due. From the first of them to the last. */
  z.object({
    kind: z.literal('missed'),
    target: z.string(),
    ...stretch,
    firstSeq: z.int().nonnegative(),
    count,
  }),
  /** Calls that were due while as many as may be were in flight, and so were not sent. */
  z.object({ kind: z.literal('dropped'), target: z.string(), ...stretch, count }),
  /** Calls in a row that failed, two or more: from the scheduled time of the first to the end of the last. */
  z.object({
    kind: z.literal('failing'),
    target: z.string(),
    ...stretch,
    count,
    failed: z.record(z.string(), count),
  }),
  /** Windows of calls in a row whose medians agreed: from their first call on, calls count; those before are warm-up. `spread`: largest median to smallest, less one. */
  z.object({
    kind: z.literal('steady'),
    target: z.string(),
    ...stretch,
    fromSeq: z.int().nonnegative(),
    spread: z.number().nonnegative(),
  }),
  /** They never did: all calls count. `spread`: of the last ones; absent when there were too few. */
  z.object({ kind: z.literal('never-steady'), target: z.string(), ...stretch, spread: z.number().exactOptional() }),
  /** The machine was suspended; seen at `toMs`. */
  z.object({ kind: z.literal('slept'), ...stretch }),
  /** The wall clock was set, forward or backward; the run's own clock was not. It happened within the stretch. */
  z.object({ kind: z.literal('clock-jump'), ...stretch, byMs: z.number() }),
  /** Samples could not be written, and were held in memory meanwhile. */
  z.object({ kind: z.literal('disk-full'), ...stretch, count }),
  /** Other programs used the machine: their mean share of all its processors, 0 to 1. */
  z.object({ kind: z.literal('busy'), ...stretch, othersCpu: z.number().nonnegative() }),
]);
export type Incident = z.infer<typeof incidentSchema>;
export type IncidentOf<Kind extends Incident['kind']> = Extract<Incident, { kind: Kind }>;
