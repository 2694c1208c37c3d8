/** One call over HTTP as it goes, and what is known of it at its end, answered or not. */
import type { QueryError } from '../core/errors.ts';
import type { Timings } from '../core/record.ts';
import type { BreakOff, Stage } from './http-failure.ts';

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** As far as it came. */
interface Received {
  readonly headers: ResponseHeaders;
  /** As it came over the wire. */
  readonly body: Buffer;
  /** Whether an earlier call had made the connection; absent when none came to be. */
  readonly reused?: boolean;
}

export interface HttpAnswer extends Received {
  readonly status: number;
  readonly timings: Pick<Timings, 'connectMs' | 'requestMs' | 'firstByteMs' | 'downloadMs'>;
  /** The last byte, milliseconds of `performance.now()`. */
  readonly endedAt: number;
}

export interface HttpBreakOff extends Received {
  /** Of the head of an answer, if that came. */
  readonly status?: number;
  readonly failure: QueryError;
}

export type HttpExchange = HttpAnswer | HttpBreakOff;

/** Milliseconds of `performance.now()`. */
interface Marks {
  readonly begun: number;
  connectBegun?: number;
  connected?: number;
  /** The request has begun to leave: from here on there is a connection. */
  asked?: number;
  sent?: number;
  firstByte?: number;
}

export class Call {
  readonly marks: Marks = { begun: performance.now() };
  stage: Stage = 'asking';
  status: number | undefined;
  headers: ResponseHeaders = {};
  readonly chunks: Buffer[] = [];

  /** How it broke off, if it does so now. */
  breakOff(host: string): BreakOff {
    return { stage: this.stage, host, reused: this.#reused, httpStatus: this.status };
  }

  /** The whole answer is there, and that was the moment. */
  answer(endedAt: number): HttpAnswer {
    const { begun, connectBegun, connected, sent, firstByte = endedAt } = this.marks;
    // An answer that was read before the last of the request was seen to go leaves the border between the two unknown.
    const known = sent !== undefined && sent <= firstByte;
    return {
      status: this.status!,
      ...this.#received(),
      timings: {
        ...(connectBegun !== undefined && connected !== undefined && { connectMs: connected - connectBegun }),
        ...(known && { requestMs: sent - (connected ?? begun), firstByteMs: firstByte - sent }),
        downloadMs: endedAt - firstByte,
      },
      endedAt,
    };
  }

  broken(failure: QueryError): HttpBreakOff {
    return { ...this.#received(), ...(this.status !== undefined && { status: this.status }), failure };
  }

  #received(): Received {
    const { headers, chunks, marks } = this;
    return { headers, body: Buffer.concat(chunks), ...(marks.asked !== undefined && { reused: this.#reused }) };
  }

  get #reused(): boolean {
    return this.marks.connectBegun === undefined;
  }
}
