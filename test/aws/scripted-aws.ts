/** A real server that plays X-Ray and CloudWatch Logs as a test has them: documents and lines by hand, on a clock of its own. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ScriptedTrace {
  readonly id: string;
  /** Segment documents, as objects. */
  readonly segments: readonly object[];
}

export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message?: string;
}

/** May be changed while it runs. */
export interface Script {
  traces: ScriptedTrace[];
  /** Ids that BatchGetTraces leaves for another time. */
  unprocessed: string[];
  /** Pages of FilterLogEvents, by log group. */
  logs: Record<string, string[][]>;
  destination: 'XRay' | 'CloudWatchLogs';
  /** By path, or by the operation of CloudWatch Logs. */
  refusals: Record<string, Refusal>;
  /** Of its Date header, to this clock. */
  aheadMs: number;
}

export interface AskedFor {
  /** `/Traces`, ..., `FilterLogEvents`. */
  readonly what: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was asked.
  readonly input: any;
  readonly authorization: string;
  readonly atMs: number;
}

export interface ScriptedAws {
  readonly url: string;
  readonly script: Script;
  readonly asked: AskedFor[];
  askedFor(what: string): AskedFor[];
}

/** For one test. */
export async function scriptedAws(first: Partial<Script> = {}): Promise<ScriptedAws> {
  const script: Script = {
    ...{ traces: [], unprocessed: [], logs: {}, destination: 'XRay', refusals: {}, aheadMs: 0 },
    ...first,
  };
  const asked: AskedFor[] = [];
  const server = createServer(async (request, response) => {
    const input = JSON.parse((await bodyOf(request)) || '{}');
    const target = request.headers['x-amz-target']?.toString();
    const what = target?.split('.').at(-1) ?? request.url!;
    asked.push({ what, input, authorization: request.headers.authorization ?? '', atMs: performance.now() });
    response.setHeader('date', new Date(Date.now() + script.aheadMs).toUTCString());
    const refusal = script.refusals[what];
    if (refusal !== undefined) {
      const { status, type, message = 'no' } = refusal;
      response.writeHead(status, { 'x-amzn-errortype': type, 'content-type': 'application/json' });
      response.end(JSON.stringify({ __type: type, message }));
      return;
    }
    response.writeHead(200, {
      'content-type': target === undefined ? 'application/json' : 'application/x-amz-json-1.1',
    });
    response.end(JSON.stringify(answer(script, what, input)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    script,
    asked,
    askedFor: what => asked.filter(one => one.what === what),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was asked.
function answer(script: Script, what: string, input: any): object {
  switch (what) {
    case '/Traces': {
      const ids: string[] = input.TraceIds;
      const found = script.traces.filter(({ id }) => ids.includes(id) && !script.unprocessed.includes(id));
      return {
        Traces: found.map(({ id, segments }) => ({
          Id: id,
          Segments: segments.map((segment, i) => ({ Id: String(i), Document: JSON.stringify(segment) })),
        })),
        UnprocessedTraceIds: ids.filter(id => script.unprocessed.includes(id)),
      };
    }
    case '/TraceSummaries':
      return {
        TraceSummaries: script.traces
          .filter(({ segments }) => {
            const start = (segments[0] as { start_time: number }).start_time;
            return start >= input.StartTime && start <= input.EndTime;
          })
          .map(({ id }) => ({ Id: id })),
      };
    case '/GetTraceSegmentDestination':
      return { Destination: script.destination, Status: 'ACTIVE' };
    case 'FilterLogEvents': {
      const pages = script.logs[input.logGroupName] ?? [];
      const page = Number(input.nextToken ?? 0);
      return {
        events: (pages[page] ?? []).map(message => ({ message, timestamp: Date.now() })),
        ...(page + 1 < pages.length && { nextToken: String(page + 1) }),
      };
    }
    default:
      return {};
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Both segments of a call of `fn` at that time, milliseconds since 1970, 100 ms long. */
export function segmentsAt(startAtMs: number, requestId: string, lengthMs = 100): [object, object] {
  const at = (ms: number) => (startAtMs + ms) / 1e3;
  const id = requestId.replaceAll('-', '').slice(0, 16).padEnd(16, '0');
  const child = (name: string, from: number, to: number) => ({ id, name, start_time: at(from), end_time: at(to) });
  return [
    {
      id,
      name: 'fn',
      origin: 'AWS::Lambda',
      start_time: at(0),
      end_time: at(lengthMs),
      aws: { request_id: requestId },
    },
    {
      ...{ id: `f${id.slice(1)}`, parent_id: id, name: 'fn', origin: 'AWS::Lambda::Function' },
      ...{ start_time: at(1), end_time: at(lengthMs + 2) },
      subsegments: [child('Invocation', 1, lengthMs), child('Overhead', lengthMs, lengthMs + 2)],
    },
  ];
}
