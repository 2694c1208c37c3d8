/** Puts together what k6 tells of a request in several points: its times, and what our script adds. */
import { K6_METRIC } from './plan.ts';
import { type K6Point, timeMs } from './points.ts';

/** A request that k6 made. Times of k6 in milliseconds, by its names without `http_req_`. */
export interface K6Request {
  /** The last byte, milliseconds since 1970. */
  readonly endedMs: number;
  readonly times: Readonly<Partial<Record<string, number>>>;
  readonly tags: K6Point['tags'];
  /** Of the script; empty for one that is not ours. */
  readonly metadata: K6Point['metadata'];
}

const PREFIX = 'http_req_';
const REQUESTS = 'http_reqs';
/** The last point of an iteration. */
const ITERATION = 'iteration_duration';

interface Open extends K6Request {
  readonly times: Record<string, number>;
  metadata: K6Point['metadata'];
}

/** Yields each request once all of its points were there. Those of ours are known by the number in their metadata, others by their time and tags. */
export async function* requestsOf(points: AsyncIterable<K6Point>): AsyncGenerator<K6Request> {
  const ours = new Map<string, Open>();
  let foreign: { readonly key: string; readonly request: Open } | undefined;
  for await (const point of points) {
    const { seq } = point.metadata;
    if (isOfRequest(point)) {
      const key = seq ?? `${point.time} ${JSON.stringify(point.tags)}`;
      const known = seq === undefined ? (foreign?.key === key ? foreign.request : undefined) : ours.get(key);
      // The same figure again is another request's.
      const request = known !== undefined && !(point.metric in known.times) ? known : begun(point);
      request.times[point.metric] = point.value;
      if (request === known) continue;
      if (seq !== undefined) {
        if (known !== undefined) yield shown(known);
        ours.set(key, request);
      } else {
        if (foreign !== undefined) yield shown(foreign.request);
        foreign = { key, request };
      }
    } else if (seq !== undefined) {
      const request = ours.get(seq);
      if (request === undefined) continue;
      if (point.metric === K6_METRIC.service) request.metadata = point.metadata;
      if (point.metric !== ITERATION) continue;
      ours.delete(seq);
      yield shown(request);
    }
  }
  if (foreign !== undefined) yield shown(foreign.request);
  // k6 was ended within their iterations.
  for (const request of ours.values()) yield shown(request);
}

function isOfRequest({ metric }: K6Point): boolean {
  return metric === REQUESTS || metric.startsWith(PREFIX);
}

function begun({ time, tags, metadata }: K6Point): Open {
  return { endedMs: timeMs(time), times: {}, tags, metadata };
}

function shown({ times, ...request }: Open): K6Request {
  const named = Object.entries(times).filter(([metric]) => metric !== REQUESTS);
  return { ...request, times: Object.fromEntries(named.map(([metric, ms]) => [metric.slice(PREFIX.length), ms])) };
}
