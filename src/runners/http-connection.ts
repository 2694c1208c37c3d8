/** One connection to one origin, for one call at a time, with the times of the wire. The one file of the runners that imports undici. */
import type { Duplex } from 'node:stream';
import type { Client, Dispatcher } from 'undici';
import type { Timings } from '../core/record.ts';
import { breakOffFailure, interruptedFailure, type Stage, timeoutFailure } from './http-failure.ts';
import { openSocket, type SocketTarget } from './http-socket.ts';

export interface HttpRequest {
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** For the whole call, connecting included. */
  readonly timeoutMs: number;
  /** Tells the server that no other call follows on this connection. */
  readonly last: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As received. */
  readonly body: Buffer;
  readonly reused: boolean;
  readonly timings: Pick<Timings, 'connectMs' | 'requestMs' | 'firstByteMs' | 'downloadMs'>;
}

/** Makes the socket; a rehearsal has one of its own. */
export type SocketOpener = (target: SocketTarget, onStage: (stage: Stage) => void) => Duplex;

/** The server may say that it closes sooner; then that counts. A week: longer than any run, and within a timer's range. */
const KEEP_MS = 7 * 24 * 3_600_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Lambda's limit is 6,291,556. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Milliseconds of `performance.now()`. */
interface Marks {
  readonly begun: number;
  connectBegun?: number;
  connected?: number;
  sent?: number;
  head?: number;
}

interface Call {
  readonly marks: Marks;
  stage: Stage;
  status?: number;
  headers: HttpAnswer['headers'];
  readonly chunks: Buffer[];
}

export type ClientClass = typeof Client;

/** Not before it is needed: it takes 70 ms and 20 MB, which every run would bear. */
export async function loadClient(): Promise<ClientClass> {
  return (await import('undici')).Client;
}

export class HttpConnection {
  readonly #client: Client;
  readonly #host: string;
  #socket: Duplex | undefined;
  #call: Call | undefined;

  constructor(Client: ClientClass, origin: string, open: SocketOpener = openSocket) {
    this.#host = new URL(origin).host;
    this.#client = new Client(origin, {
      connect: (target, ready) => this.#connect(target, ready, open),
      keepAliveTimeout: KEEP_MS,
      keepAliveMaxTimeout: KEEP_MS,
      // The time of a call is watched here, as a whole.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  /** Whether another call would find it open, as far as can be seen. */
  get open(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** Sends the request and reads the whole answer, whatever its status. Throws QueryError, and is closed then. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const call: Call = { marks: { begun: performance.now() }, stage: 'asking', headers: {}, chunks: [] };
    this.#call = call;
    return new Promise<HttpAnswer>((resolve, reject) => {
      const breakOff = () => ({
        stage: call.stage,
        host: this.#host,
        reused: call.marks.connectBegun === undefined,
        httpStatus: call.status,
      });
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        outcome();
      };
      const fail = (error: Error) => {
        settle(() => reject(error));
        this.close();
      };
      const interrupt = () => fail(interruptedFailure(signal.reason));
      const { timeoutMs } = request;
      const onTimeout = () => fail(timeoutFailure(breakOff(), timeoutMs));
      const timer = setTimeout(onTimeout, Math.min(timeoutMs, LONGEST_TIMER_MS));
      signal.addEventListener('abort', interrupt, { once: true });
      if (signal.aborted) return interrupt();
      const { path, headers, body, last } = request;
      this.#client.dispatch(
        { method: 'POST', path, headers, body, reset: last },
        this.#listen(
          call,
          () => settle(() => resolve(answerOf(call))),
          cause => fail(breakOffFailure({ ...breakOff(), cause })),
        ),
      );
    });
  }

  /** A call in flight ends as failed. May be repeated. */
  close(): void {
    // A socket that is still connecting would live on without its client.
    this.#socket?.destroy();
    void this.#client.destroy().catch(() => {});
  }

  #connect(target: SocketTarget, ready: (...outcome: [Error, null] | [null, never]) => void, open: SocketOpener): void {
    const call = this.#call;
    if (call !== undefined) call.marks.connectBegun = performance.now();
    const socket = open(target, stage => {
      if (call !== undefined) call.stage = stage;
    });
    this.#socket = socket;
    const refuse = (error: Error) => ready(error, null);
    socket.once('error', refuse);
    // Also when nobody waits for it any more.
    socket.on('error', () => {});
    socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      socket.off('error', refuse);
      if (call !== undefined) {
        call.marks.connected = performance.now();
        call.stage = 'asking';
      }
      ready(null, socket as never);
    });
  }

  #listen(call: Call, onEnd: () => void, onError: (error: Error) => void): Dispatcher.DispatchHandler {
    return {
      // The request is written in the turn that calls this.
      onRequestStart: () => queueMicrotask(() => this.#whenSent(call)),
      onResponseStart: (_, status, headers) => {
        // 103 and its like come before the answer.
        if (status < 200) return;
        call.marks.head = performance.now();
        call.stage = 'answering';
        call.status = status;
        call.headers = headers;
      },
      onResponseData: (_, chunk) => void call.chunks.push(chunk),
      onResponseEnd: onEnd,
      onResponseError: (_, error) => onError(error),
    };
  }

  /** An empty write is called back when all that was written before it has been handed to the system. */
  #whenSent(call: Call): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    socket.write('', error => {
      if (!error) call.marks.sent = performance.now();
    });
  }
}

function answerOf({ marks, status, headers, chunks }: Call): HttpAnswer {
  const ended = performance.now();
  const { begun, connectBegun, connected, sent, head = ended } = marks;
  // An answer that was read before the last of the request was seen to go leaves the border between the two unknown.
  const known = sent !== undefined && sent <= head;
  return {
    status: status!,
    headers,
    body: Buffer.concat(chunks),
    reused: connectBegun === undefined,
    timings: {
      ...(connectBegun !== undefined && connected !== undefined && { connectMs: connected - connectBegun }),
      ...(known && { requestMs: sent - (connected ?? begun), firstByteMs: head - sent }),
      downloadMs: ended - head,
    },
  };
}
