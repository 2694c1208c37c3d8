/** One connection to one origin, for one call at a time, with the times of the wire. The one file of the runners that imports undici. */
import type { Duplex } from 'node:stream';
import type { Client, Dispatcher } from 'undici';
import type { QueryError } from '../core/errors.ts';
import { Call, type HttpExchange } from './http-call.ts';
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

/** Makes the socket; a rehearsal has one of its own. */
export type SocketOpener = (target: SocketTarget, onStage: (stage: Stage) => void) => Duplex;

/** The server may say that it closes sooner; then that counts. A week: longer than any run, and within a timer's range. */
const KEEP_MS = 7 * 24 * 3_600_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Lambda's limit is 6,291,556. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

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
  /** Set while a call is in flight. */
  #interrupt: (() => void) | undefined;

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

  /** Whether another call would find it open, as far as can be seen, and with nothing of an earlier request still to be sent. */
  get open(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writableLength === 0;
  }

  /** Sends the request and reads the whole answer, whatever its status; is closed when that fails. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange> {
    const call = new Call();
    this.#call = call;
    return new Promise(resolve => {
      const settle = (exchange: HttpExchange) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        this.#interrupt = undefined;
        resolve(exchange);
      };
      const fail = (failure: QueryError) => {
        settle(call.broken(failure));
        this.close();
      };
      const interrupt = () => fail(interruptedFailure(signal.reason));
      const { path, headers, body, timeoutMs, last } = request;
      const onTimeout = () => fail(timeoutFailure(call.breakOff(this.#host), timeoutMs));
      const timer = setTimeout(onTimeout, Math.min(timeoutMs, LONGEST_TIMER_MS));
      signal.addEventListener('abort', interrupt, { once: true });
      this.#interrupt = interrupt;
      if (signal.aborted) return interrupt();
      this.#client.dispatch(
        { method: 'POST', path, headers, body, reset: last },
        this.#listen(
          call,
          endedAt => settle(call.answer(endedAt)),
          // Closing a connection tells of its call, too, and that may have failed before.
          cause => this.#interrupt && fail(breakOffFailure(call.breakOff(this.#host), cause)),
        ),
      );
    });
  }

  /** A call in flight ends as interrupted. May be repeated. */
  close(): void {
    this.#interrupt?.();
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

  #listen(call: Call, onEnd: (endedAt: number) => void, onError: (error: Error) => void): Dispatcher.DispatchHandler {
    return {
      onRequestStart: () => {
        call.marks.asked = performance.now();
        // The request is written in the turn that calls this.
        queueMicrotask(() => this.#whenSent(call));
      },
      onResponseStarted: () => {
        call.marks.firstByte = performance.now();
        call.stage = 'answering';
      },
      onResponseStart: (_, status, headers) => {
        // 103 and its like come before the answer.
        if (status < 200) {
          delete call.marks.firstByte;
          call.stage = 'asking';
          return;
        }
        call.status = status;
        call.headers = headers;
      },
      onResponseData: (_, chunk) => void call.chunks.push(chunk),
      onResponseEnd: () => onEnd(performance.now()),
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
