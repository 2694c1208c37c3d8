/** Metrics that a function writes into its log. Source: CloudWatch user guide, "Specification: Embedded metric format". */
import { z } from 'zod';

export interface MetricPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly epochMs: number;
  readonly value: number;
}

const directiveSchema = z.object({
  Namespace: z.string(),
  Dimensions: z.array(z.array(z.string())),
  Metrics: z.array(z.object({ Name: z.string() })),
});
const lineSchema = z.looseObject({
  _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.array(directiveSchema) }),
});

/** None of a line that is no such metric. */
export function embeddedMetrics(line: string): MetricPoint[] {
  if (!line.includes('"_aws"')) return [];
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) return [];
  const { _aws, ...members } = parsed.data;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap(keys => {
      const dimensions = Object.fromEntries(keys.map(key => [key, String(members[key] ?? '')]));
      return Metrics.flatMap(({ Name }) => {
        const values = [members[Name]].flat().filter(value => typeof value === 'number');
        return values.map(value => ({ namespace: Namespace, name: Name, dimensions, epochMs: _aws.Timestamp, value }));
      });
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
