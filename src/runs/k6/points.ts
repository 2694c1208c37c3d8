/** Reads what `k6 run --out json` writes, line by line, compressed or not. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { messageOf, SetupError } from '../../core/errors.ts';

const tags = z.record(z.string(), z.string());
const pointSchema = z.object({
  type: z.literal('Point'),
  metric: z.string(),
  data: z.object({
    /** RFC 3339, to the nanosecond. */
    time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
    value: z.number(),
    tags: tags.nullish(),
    metadata: tags.nullish(),
  }),
});

/** A value that k6 measured. */
export interface K6Point {
  readonly metric: string;
  readonly value: number;
  /** As it stands in the file: points of one request have the very same. */
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const HINT = 'name what k6 run --out json=FILE wrote';

/** Throws SetupError for a file that cannot be read or is no output of k6; a last line that is torn is left out, as that of a k6 that was killed. */
export async function* readK6Points(file: string): AsyncGenerator<K6Point> {
  let torn: SetupError | undefined;
  let number = 0;
  for await (const text of linesOf(file)) {
    if (torn !== undefined) throw torn;
    number++;
    if (text.trim() === '') continue;
    const line = parse(text);
    if (line === undefined) torn = new SetupError(`${file}, line ${number}, is none of k6's JSON output`, HINT);
    else if (line !== 'other') yield line;
  }
  if (number === 0) throw new SetupError(`${file} is empty`, HINT);
  if (number === 1 && torn !== undefined) throw torn;
}

/** `other`: what defines a metric. */
function parse(text: string): K6Point | 'other' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if ((json as { type?: unknown } | null)?.type === 'Metric') return 'other';
  const result = pointSchema.safeParse(json);
  if (!result.success) return undefined;
  const { metric, data } = result.data;
  return { metric, value: data.value, time: data.time, tags: data.tags ?? {}, metadata: data.metadata ?? {} };
}

const GZIP = Buffer.from([0x1f, 0x8b]);

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    const bytes = createReadStream(file);
    const input = (await beginsAs(file, GZIP)) ? bytes.pipe(createGunzip()) : bytes;
    // A pipe hands on no error.
    bytes.on('error', thrown => input.destroy(thrown));
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (thrown) {
    // k6 that was killed has left no end of the compressed file: what came before it was read.
    if ((thrown as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return;
    throw new SetupError(`${file} cannot be read: ${messageOf(thrown)}`, HINT, thrown);
  }
}

async function beginsAs(file: string, magic: Buffer): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(magic.length);
    await handle.read(head, 0, head.length, 0);
    return head.equals(magic);
  } finally {
    await handle.close();
  }
}

/** Milliseconds since 1970, as precise as k6 tells it. */
export function timeMs(time: string): number {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  // Date knows whole milliseconds; what lies below is added.
  return Date.parse(time.replace(/\.\d+/, '')) + Number(`0.${fraction || '0'}`) * 1_000;
}
