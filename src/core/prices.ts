/**
 * What AWS asks for, as it was published: the one place with prices in it. They change, and nothing that is computed from them is a bill.
 * US dollars; months have 730 hours; gigabytes have 1024 MB. Another list of this shape can be given (`--prices FILE`).
 */
import { z } from 'zod';

const usd = z.number().nonnegative();

/** `upTo`: the last unit of a month at this price; null for all that follow. */
const tiers = z
  .array(z.object({ upTo: z.number().positive().nullable(), usd }))
  .min(1)
  .refine(
    list =>
      list.every(({ upTo }, i) =>
        i === list.length - 1 ? upTo === null : upTo !== null && upTo > (list[i - 1]?.upTo ?? 0),
      ),
    'tiers must ascend, and the last one have upTo null',
  );
export type Tiers = z.infer<typeof tiers>;

export const ARCHITECTURES = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

const serverSchema = z.object({
  name: z.string().min(1),
  vcpus: z.number().positive(),
  memoryGb: z.number().positive(),
  hourUsd: usd,
  /** Not known where it is absent. */
  architecture: z.enum(ARCHITECTURES).exactOptional(),
  /** Of its processors the share that the price pays for on a day's average, as of a burstable one; all of it where it is absent. */
  sustainedShare: z.number().positive().max(1).exactOptional(),
  source: z.string(),
});
export type Server = z.infer<typeof serverSchema>;

export const priceListSchema = z.strictObject({
  /** When they were looked up. */
  asOf: z.iso.date(),
  region: z.string().min(1),
  lambda: z.strictObject({
    /** A gigabyte for a second. */
    gbSecond: z.strictObject({ x86_64: tiers, arm64: tiers }),
    requestUsd: usd,
    /** Of a month, for as long as the account lives. */
    free: z.strictObject({ requests: z.number().nonnegative(), gbSeconds: z.number().nonnegative() }),
    source: z.string(),
  }),
  /** A call counts once for each begun `unitBytes` of its request. */
  httpApi: z.strictObject({ unit: tiers, unitBytes: z.int().positive(), source: z.string() }),
  servers: z.array(serverSchema).min(1),
});
export type PriceList = z.infer<typeof priceListSchema>;

/** us-east-1, on demand, Linux, as price lists and tables of 2026 have them. */
export const PRICES: PriceList = {
  asOf: '2026-11-23',
  region: 'us-east-1',
  lambda: {
    gbSecond: {
      x86_64: [
        { upTo: 6e9, usd: 0.000_016_666_7 },
        { upTo: 15e9, usd: 0.000_015 },
        { upTo: null, usd: 0.000_013_333_4 },
      ],
      arm64: [
        { upTo: 7.5e9, usd: 0.000_013_333_4 },
        { upTo: 18.75e9, usd: 0.000_012_000_1 },
        { upTo: null, usd: 0.000_010_666_7 },
      ],
    },
    requestUsd: 0.2e-6,
    free: { requests: 1e6, gbSeconds: 400_000 },
    source: 'aws.amazon.com/lambda/pricing',
  },
  httpApi: {
    unit: [
      { upTo: 300e6, usd: 1e-6 },
      { upTo: null, usd: 0.9e-6 },
    ],
    unitBytes: 512 * 1024,
    source: 'aws.amazon.com/api-gateway/pricing',
  },
  servers: [
    {
      ...{ name: 'Fargate x86, 1 vCPU, 2 GB', vcpus: 1, memoryGb: 2, hourUsd: 0.049_37, architecture: 'x86_64' },
      source: 'aws.amazon.com/fargate/pricing: 0.04048 a vCPU-hour, 0.004445 a GB-hour',
    },
    {
      ...{ name: 'Fargate Arm, 1 vCPU, 2 GB', vcpus: 1, memoryGb: 2, hourUsd: 0.039_5, architecture: 'arm64' },
      source: 'aws.amazon.com/fargate/pricing: 0.03238 a vCPU-hour, 0.00356 a GB-hour',
    },
    {
      ...{ name: 'EC2 t3.medium', vcpus: 2, memoryGb: 4, hourUsd: 0.0416, architecture: 'x86_64', sustainedShare: 0.2 },
      source: 'aws.amazon.com/ec2/pricing; above 20 % of each vCPU it costs more, or slows down',
    },
    {
      ...{ name: 'EC2 c7g.large (Arm)', vcpus: 2, memoryGb: 4, hourUsd: 0.0725, architecture: 'arm64' },
      source: 'aws.amazon.com/ec2/pricing',
    },
    {
      ...{ name: 'EC2 c7i.large', vcpus: 2, memoryGb: 4, hourUsd: 0.089_25, architecture: 'x86_64' },
      source: 'aws.amazon.com/ec2/pricing',
    },
  ],
};
