/** The Lambda runner: the classifier behind a URL, ours or the original Python function, at whatever front door. */
import { QueryError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TargetInfo } from '../core/record.ts';
import type { CallFacts, Inference, Learned, Runner } from '../core/runner.ts';
import { type ClientClass, type HttpAnswer, HttpConnection, loadClient } from './http-connection.ts';
import { redirectFailure } from './http-failure.ts';
import { rehearse } from './http-rehearsal.ts';
import { type Address, parseAddress } from './lambda-address.ts';
import { type Headers, mergeHeaders, secretsOf } from './lambda-headers.ts';
import { atLeast, redactDeep, redactor } from './lambda-redact.ts';
import { type Answer, readAnswer } from './wire-answer.ts';
import { type EncodedImage, encodeImage } from './wire-request.ts';
import { newTraceHeader, traceIdOf } from './wire-trace.ts';

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
  /** True when the function is that of the embedded emulator. */
  readonly emulated?: boolean | undefined;
}

/** What a message quotes of an answer loses nearly every secret; what an answer tells of itself only long ones: `?model=resnet50` is none. */
const SHORTEST_QUOTED = 4;
const SHORTEST_TOLD = { credential: 8, query: 12 };

interface Started {
  readonly address: Address;
  readonly headers: Headers;
  readonly encoded: ReadonlyMap<string, EncodedImage | QueryError>;
  readonly Client: ClientClass;
  /** For messages, and for what is kept of an answer. */
  readonly redactQuoted: (text: string) => string;
  readonly redactTold: (text: string) => string;
}

export class LambdaRunner implements Runner {
  readonly #options: LambdaRunnerOptions;
  #started: Started | undefined;
  /** Open, and without a call; the one used last comes last. */
  #idle: HttpConnection[] = [];
  readonly #busy = new Set<HttpConnection>();
  #learned: Learned = {};

  constructor(options: LambdaRunnerOptions) {
    this.#options = options;
  }

  /** Asks the function nothing: its first call is to be a measured one. */
  async start(signal: AbortSignal): Promise<TargetInfo> {
    const { url, headers: users = {}, connection, images, emulated = false } = this.#options;
    const address = parseAddress(url);
    const { authorization, region } = address;
    const own = { 'content-type': 'application/json', accept: 'application/json' };
    const headers = mergeHeaders(authorization === undefined ? own : { ...own, authorization }, users);
    const credentials = [...address.credentials, ...secretsOf(headers, own)];
    const encoded = new Map(images.map(image => [image.sha256, encodeImage(image)]));
    const Client = await loadClient();
    await rehearse(Client, signal);
    const redactQuoted = redactor(atLeast(SHORTEST_QUOTED, [...credentials, ...address.query]));
    const { credential, query } = SHORTEST_TOLD;
    const redactTold = redactor([...atLeast(credential, credentials), ...atLeast(query, address.query)]);
    this.#started = { address, headers, encoded, Client, redactQuoted, redactTold };
    this.#learned = {};
    const frontDoor = this.#frontDoor(address);
    return { emulated, connection, url: address.shown, ...(frontDoor && { frontDoor }), ...(region && { region }) };
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    const started = this.#started;
    if (started === undefined) throw new Error('infer before start');
    const encoded = started.encoded.get(image.sha256);
    if (encoded === undefined) throw new Error(`${image.name} is not among the runner's images`);
    if (encoded instanceof QueryError) throw encoded;
    const http = await this.#call(started, encoded.body, signal);
    const answer = this.#read(started, http);
    this.#learned = { ...answer.learned, ...this.#learned };
    const { predictions, start, memory, cpu, timings } = answer;
    return {
      predictions,
      start,
      memory,
      ...(cpu && { cpu }),
      timings: { encodeMs: encoded.encodeMs, ...http.timings, ...timings },
      httpStatus: http.status,
      requestBytes: encoded.body.length,
      responseBytes: http.body.length,
      connectionReused: http.reused,
      ...redactDeep(identify(answer, http, this.#frontDoor(started.address)), started.redactTold),
    };
  }

  learned(): Learned {
    return this.#learned;
  }

  /** Calls in flight fail. */
  async stop(): Promise<void> {
    this.#started = undefined;
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) connection.close();
  }

  #frontDoor(address: Address): LambdaRunnerOptions['frontDoor'] {
    return this.#options.frontDoor ?? address.frontDoor;
  }

  async #call(started: Started, body: Buffer, signal: AbortSignal): Promise<HttpAnswer> {
    const { timeoutMs, connection: mode } = this.#options;
    const { address, Client } = started;
    const connection = this.#takeIdle() ?? new HttpConnection(Client, address.origin);
    const headers = { ...started.headers, 'x-amzn-trace-id': newTraceHeader() };
    this.#busy.add(connection);
    try {
      return await connection.send({ path: address.path, headers, body, timeoutMs, last: mode === 'new' }, signal);
    } finally {
      this.#busy.delete(connection);
      if (mode === 'keep' && connection.open && this.#started === started) this.#idle.push(connection);
      else connection.close();
    }
  }

  /** The server may have closed some meanwhile. */
  #takeIdle(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.open) return connection;
      connection.close();
    }
  }

  #read({ address, redactQuoted, redactTold }: Started, { status, headers, body }: HttpAnswer): Answer {
    if (status >= 300 && status <= 399)
      throw redirectFailure(status, single(headers.location), address.origin, redactQuoted);
    return redactDeep(readAnswer(status, body, redactQuoted), redactTold);
  }
}

/** The handler's word first: a front door may know of another trace, or of none. */
function identify(answer: Answer, { headers }: HttpAnswer, frontDoor: LambdaRunnerOptions['frontDoor']): CallFacts {
  const { environmentId } = answer;
  const told = traceIdOf(single(headers['x-amzn-trace-id']));
  const traceId = answer.traceId ?? told;
  // Of the front doors only a Function URL gives the request id of Lambda itself.
  const requestId = answer.requestId ?? (frontDoor === 'url' ? single(headers['x-amzn-requestid']) : undefined);
  return {
    ...(requestId !== undefined && { requestId }),
    ...(traceId !== undefined && { traceId, traceJoin: answer.traceId === undefined ? 'header' : 'handler' }),
    ...(environmentId !== undefined && { environmentId }),
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
