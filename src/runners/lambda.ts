/** The Lambda runner: the classifier behind a URL, ours or the original Python function, at whatever front door. */
import { QueryError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TargetInfo, Warning } from '../core/record.ts';
import type { Inference, Learned, Runner } from '../core/runner.ts';
import type { HttpExchange } from './http-call.ts';
import { type ClientClass, HttpConnection, loadClient } from './http-connection.ts';
import { rehearse } from './http-rehearsal.ts';
import { type Address, parseAddress } from './lambda-address.ts';
import { type Headers, mergeHeaders } from './lambda-headers.ts';
import { LearnedFacts } from './lambda-learned.ts';
import { type AnswerContext, readExchange } from './lambda-read.ts';
import { redactors } from './lambda-secrets.ts';
import { type EncodedImage, encodeImage } from './wire-request.ts';
import { newTraceHeader } from './wire-trace.ts';

export interface LambdaRunnerOptions {
  /** http or https; user and password become an Authorization header, the query is sent as it is; neither is ever shown. */
  readonly url: string;
  /** Told from an address of AWS's own when absent. */
  readonly frontDoor?: 'url' | 'http-api' | undefined;
  /** Sent with each call; values are secret. */
  readonly headers?: Headers | undefined;
  /** For a whole call, connecting included. */
  readonly timeoutMs: number;
  /** `keep`: a connection is used again for as long as the server lets it. `new`: each call makes its own, and a whole TLS handshake. */
  readonly connection: 'keep' | 'new';
  /** All that will be asked for. */
  readonly images: readonly Image[];
  /** What an earlier part of the run was told of the function. */
  readonly known?: Learned;
  /** True when the function is that of the embedded emulator. */
  readonly emulated?: boolean | undefined;
}

interface Started {
  readonly address: Address;
  readonly headers: Headers;
  readonly encoded: ReadonlyMap<string, EncodedImage | QueryError>;
  readonly Client: ClientClass;
  readonly context: AnswerContext;
}

export class LambdaRunner implements Runner {
  readonly #options: LambdaRunnerOptions;
  #started: Started | undefined;
  /** Without a call; the one used last comes last. The server may have closed some. */
  #idle: HttpConnection[] = [];
  readonly #busy = new Set<HttpConnection>();
  #learned = new LearnedFacts();

  constructor(options: LambdaRunnerOptions) {
    this.#options = options;
  }

  /** Asks the function nothing: its first call is to be a measured one. */
  async start(signal: AbortSignal): Promise<TargetInfo> {
    const { url, headers: users = {}, connection, images, emulated = false } = this.#options;
    const address = parseAddress(url);
    const { authorization, region, origin } = address;
    const own = { 'content-type': 'application/json', accept: 'application/json' };
    const headers = mergeHeaders(authorization === undefined ? own : { ...own, authorization }, users);
    const { quoted, told } = redactors(address, headers, own);
    const encoded = new Map(images.map(image => [image.sha256, encodeImage(image)]));
    const Client = await loadClient();
    await rehearse(Client, signal);
    const frontDoor = this.#options.frontDoor ?? address.frontDoor;
    this.#started = { address, headers, encoded, Client, context: { origin, frontDoor, quoted, told } };
    this.#learned = new LearnedFacts(this.#options.known);
    return { emulated, connection, url: address.shown, ...(frontDoor && { frontDoor }), ...(region && { region }) };
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    const started = this.#started;
    if (started === undefined) throw new Error('infer before start');
    const encoded = started.encoded.get(image.sha256);
    if (encoded === undefined) throw new Error(`${image.name} is not among the runner's images`);
    if (encoded instanceof QueryError) throw encoded;
    const exchange = await this.#call(started, encoded.body, signal);
    const { inference, learned } = readExchange(exchange, encoded, started.context);
    this.#learned.add(learned, inference.predictions);
    return inference;
  }

  learned(): Learned {
    return this.#learned.first();
  }

  async warnings(): Promise<Warning[]> {
    return this.#learned.warnings();
  }

  /** Calls in flight fail. */
  async stop(): Promise<void> {
    this.#started = undefined;
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) connection.close();
  }

  async #call(started: Started, body: Buffer, signal: AbortSignal): Promise<HttpExchange> {
    const { timeoutMs, connection: mode } = this.#options;
    const { address, Client } = started;
    const connection = this.#takeIdle() ?? new HttpConnection(Client, address.origin);
    const headers = { ...started.headers, 'x-amzn-trace-id': newTraceHeader() };
    this.#busy.add(connection);
    const exchange = await connection.send(
      { path: address.path, headers, body, timeoutMs, last: mode === 'new' },
      signal,
    );
    this.#busy.delete(connection);
    if (mode === 'keep' && this.#started === started) this.#idle.push(connection);
    else connection.close();
    return exchange;
  }

  #takeIdle(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.open) return connection;
      connection.close();
    }
  }
}
