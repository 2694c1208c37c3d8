/** A function that keeps a log of its own: which call it answered, how, and how long that took it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OUR_ANSWER } from '../runners/fault-server.ts';

/** Of a call, by the id that its answer tells. */
export interface Logged {
  readonly id: string;
  readonly status: number;
  /** From the last byte of the request to that of the answer, milliseconds. */
  readonly ms: number;
}

export interface LoggingFunction {
  readonly url: string;
  readonly log: readonly Logged[];
  /** Of the requests: the pictures that were sent, as base64. */
  readonly pictures: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Less than any call takes. */
const METRICS = {
  parse_time_ms: 0.25,
  image_processing_ms: 1,
  inference_ms: 2.5,
  total_time_ms: 4,
  memory_used_mb: 200,
};

/** Takes `delaysMs` in turn; each tenth call is throttled, the first one is cold. */
export async function startLoggingFunction(delaysMs: readonly number[]): Promise<LoggingFunction> {
  const log: Logged[] = [];
  const pictures = new Set<string>();
  let calls = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const receivedMs = performance.now();
    pictures.add(JSON.parse(Buffer.concat(chunks).toString()).image);
    const call = calls++;
    const id = `00000000-0000-4000-8000-${String(call).padStart(12, '0')}`;
    const throttled = call % 10 === 9;
    const status = throttled ? 429 : 200;
    const answer = {
      ...OUR_ANSWER,
      request_id: id,
      cold_start: call === 0,
      init_ms: 0.5,
      performance_metrics: METRICS,
    };
    setTimeout(
      () => {
        // Before the answer leaves: a client can know of no shorter time.
        log.push({ id, status, ms: performance.now() - receivedMs });
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(throttled ? { message: 'Too Many Requests' } : answer));
      },
      delaysMs[call % delaysMs.length],
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/classify`,
    log,
    pictures,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
