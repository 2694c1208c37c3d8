/** Server-sent events: a few visitors, each with a stream of what it asked for. */
import { Refusal } from './refusal.ts';
import { openStream, type Reply } from './server.ts';

const MOST_STREAMS = 64;
/** So that a visitor who has vanished is noticed. */
const SIGN_OF_LIFE_MS = 20_000;
/** A visitor who does not read is not written to. */
const MOST_UNREAD_BYTES = 1_048_576;

export interface EventStream {
  send(data: object): void;
  /** The same, in JSON already: for what goes to several. */
  sendJson(json: string): void;
  /** Tells the visitor that there will be no more. */
  end(): void;
}

export class EventStreams {
  readonly #open = new Set<EventStream>();
  readonly #most: number;

  constructor(most = MOST_STREAMS) {
    this.#most = most;
  }

  get count(): number {
    return this.#open.size;
  }

  /** `gone`: the visitor has left, or `end` was called. Throws Refusal when there are too many. */
  open(reply: Reply, gone: () => void): EventStream {
    if (this.#open.size >= this.#most) {
      throw new Refusal(503, 'too many pages are open', 'close some, and reload this one');
    }
    const raw = openStream(reply);
    const write = (text: string) => void (raw.writable && raw.writableLength < MOST_UNREAD_BYTES && raw.write(text));
    const alive = setInterval(() => write(': \n\n'), SIGN_OF_LIFE_MS).unref();
    const stream = {
      send: (data: object) => write(`data: ${JSON.stringify(data)}\n\n`),
      sendJson: (json: string) => write(`data: ${json}\n\n`),
      end: () => {
        if (raw.writable) raw.end('event: end\ndata: {}\n\n');
      },
    };
    this.#open.add(stream);
    raw.on('close', () => {
      clearInterval(alive);
      this.#open.delete(stream);
      gone();
    });
    return stream;
  }
}
