/** A small Runtime API: a real HTTP server that hands out the events it is given and keeps what it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  /** As in `POST /invocation/<id>/response`. */
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the connection that it came by, counted from 1. */
  readonly connection: number;
}

export interface RuntimeApiServer {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Every call so far, in order. */
  readonly calls: Received[];
  /** Puts an event before the environment; resolves with what it says of it. `event` is sent as JSON, unless it is a string. */
  invoke(event: unknown, headers?: Readonly<Record<string, string>>): Promise<Received>;
  /** The first call from now on, or before, of which this is true. */
  received(call: RegExp): Promise<Received>;
  /** Status of the answers to calls that match; 202 otherwise. */
  refuse(call: RegExp, status: number): void;
  /** Closes the connection on which a response comes next, before it is answered. */
  dropNextResponse(): void;
  /** Goes away, with every connection. */
  stop(): Promise<void>;
}

const PREFIX = '/2018-06-01/runtime';

export async function startRuntimeApi(): Promise<RuntimeApiServer> {
  const calls: Received[] = [];
  const waiting = new Set<{ call: RegExp; resolve(received: Received): void }>();
  const events: { id: string; body: string; headers: Readonly<Record<string, string>> }[] = [];
  const refusals: { call: RegExp; status: number }[] = [];
  const connections = new Map<Socket, number>();
  let idle: ServerResponse | undefined;
  let invocations = 0;
  let dropping = false;

  const server = createServer(async (incoming, outgoing) => {
    const { method, url = '', headers, socket } = incoming;
    const call = `${method} ${url.slice(PREFIX.length)}`;
    const received = { call, headers, body: await text(incoming), connection: connections.get(socket) ?? 0 };
    if (dropping && call.endsWith('/response')) {
      dropping = false;
      socket.destroy();
      return;
    }
    calls.push(received);
    for (const one of waiting) {
      if (!one.call.test(call)) continue;
      waiting.delete(one);
      one.resolve(received);
    }
    const refusal = refusals.find(one => one.call.test(call));
    if (refusal !== undefined) send(outgoing, refusal.status, {}, '{"errorType":"Refused"}');
    else if (call !== 'GET /invocation/next') send(outgoing, 202, {}, '{"status":"OK"}');
    else {
      idle = outgoing;
      outgoing.on('close', () => {
        if (idle === outgoing) idle = undefined;
      });
      handOut();
    }
  });
  server.on('connection', socket => connections.set(socket, connections.size + 1));
  server.keepAliveTimeout = 0;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function handOut(): void {
    if (idle === undefined || events.length === 0) return;
    const { id, body, headers } = events.shift()!;
    const all = {
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 30_000),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:classify',
      ...headers,
    };
    send(idle, 200, all, body);
    idle = undefined;
  }

  const received = (call: RegExp) =>
    new Promise<Received>(resolve => {
      const earlier = calls.find(one => call.test(one.call));
      if (earlier !== undefined) resolve(earlier);
      else waiting.add({ call, resolve });
    });

  return {
    address: `127.0.0.1:${port}`,
    calls,
    received,
    refuse: (call, status) => refusals.push({ call, status }),
    dropNextResponse: () => {
      dropping = true;
    },
    async invoke(event, headers = {}) {
      const id = `8c9f0c1e-0000-4000-8000-${String(++invocations).padStart(12, '0')}`;
      events.push({ id, body: typeof event === 'string' ? event : JSON.stringify(event), headers });
      handOut();
      return received(new RegExp(`/invocation/${id}/`));
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** With its length: AWS's runtime client crashes on a chunked answer. */
function send(outgoing: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  const length = Buffer.byteLength(body);
  outgoing.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
  outgoing.end(body);
}
