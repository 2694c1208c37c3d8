/** Gathers what a load needs to become a script for k6: its pictures, its schedule, and where it goes. */
import { QueryError, UsageError } from '../../core/errors.ts';
import type { Image } from '../../core/image.ts';
import type { RecordHead } from '../../core/record.ts';
import type { Threshold } from '../../core/threshold.ts';
import { holdsSecret, parseAddress } from '../../runners/lambda-address.ts';
import { type Headers, mergeHeaders } from '../../runners/lambda-headers.ts';
import { encodeImage } from '../../runners/wire-request.ts';
import { loadImages } from '../load-images.ts';
import { plannedCalls } from '../load-plan.ts';
import { readTool } from '../record-head.ts';
import { K6_SHORTEST_MS, type K6Load, k6Script } from './script.ts';

export interface K6ExportOptions {
  /** Paths, at least one. */
  readonly images: readonly string[];
  /** Calls a second. */
  readonly rate: number;
  readonly durationMs: number;
  /** Of random arrivals; they are at even distances when absent. */
  readonly poissonSeed?: number;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly connection: 'keep' | 'new';
  readonly url: string;
  readonly frontDoor?: 'url' | 'http-api';
  /** Values do not enter the script. */
  readonly headers: Headers;
  readonly thresholds: readonly Threshold[];
  /** Pictures must be those of that run, in its order. */
  readonly like?: Pick<RecordHead, 'run' | 'images'>;
}

/** Between the start of k6's scenario and the first call of a Poisson schedule: VUs take their calls in it. */
const LEAD_MS = 250;

/** The script. Throws UsageError for what cannot be sent or kept. */
export async function exportK6(options: K6ExportOptions): Promise<string> {
  const { url, poissonSeed, headers, like, thresholds } = options;
  const address = parseAddress(url);
  mergeHeaders({}, headers);
  const found = await loadImages(options.images);
  const images = like === undefined ? found : imagesOf(like, found);
  for (const image of images) refuseTooLarge(image);
  const frontDoor = options.frontDoor ?? address.frontDoor;
  if (options.durationMs < K6_SHORTEST_MS) {
    throw new UsageError('k6 drives a load for a second at least', 'lengthen --duration');
  }
  const load: K6Load = {
    plan: {
      tool: readTool(),
      ...{ rate: options.rate, durationMs: options.durationMs },
      ...(poissonSeed === undefined
        ? { arrivals: 'constant', leadMs: 0 }
        : { arrivals: 'poisson', seed: poissonSeed, leadMs: LEAD_MS }),
      ...{ maxInFlight: options.maxInFlight, planned: plannedCalls(options) },
      ...{ timeoutMs: options.timeoutMs, connection: options.connection, url: address.shown },
      ...(frontDoor && { frontDoor }),
      headers: Object.keys(headers),
      images: images.map(({ bytes, ...image }) => ({ ...image, bytes: bytes.length })),
    },
    images,
    secretUrl: holdsSecret(url),
    thresholds,
  };
  return k6Script(load);
}

function imagesOf({ run, images }: Pick<RecordHead, 'run' | 'images'>, found: readonly Image[]): Image[] {
  return images.map(({ name, sha256 }) => {
    const image = found.find(one => one.sha256 === sha256);
    if (image !== undefined) return { ...image, name };
    throw new UsageError(`${name} of ${run.id} is not among the pictures`, 'name the pictures of that run');
  });
}

function refuseTooLarge(image: Image): void {
  const encoded = encodeImage(image);
  if (encoded instanceof QueryError) throw new UsageError(`${image.name} is ${encoded.message}`, 'leave it out');
}
