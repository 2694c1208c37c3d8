/** The Lambda runner: the classifier behind a URL or Invoke, ours or the original Python function, at whatever front door. */
import { type EvidenceOptions, EvidenceSource } from '../aws/evidence-source.ts';
import { type MetricsOptions, runMetrics } from '../aws/run-metrics.ts';
import type { CloudWatchFigures } from '../core/cloudwatch.ts';
import { QueryError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TargetInfo, Warning } from '../core/record.ts';
import type { Inference, Learned, Runner, RunWindow } from '../core/runner.ts';
import type { HttpExchange } from './http-call.ts';
import { type ClientClass, HttpConnection, loadClient } from './http-connection.ts';
import { rehearse } from './http-rehearsal.ts';
import { type Door, type InvokeTarget, invokeDoor, notTracing, type UrlTarget, urlDoor } from './lambda-door.ts';
import { LearnedFacts } from './lambda-learned.ts';
import { type AnswerContext, readExchange } from './lambda-read.ts';
import { type EncodedImage, encodeImage } from './wire-request.ts';
import { newTraceHeader } from './wire-trace.ts';

export type LambdaRunnerOptions = CallOptions & (UrlTarget | { readonly invoke: InvokeTarget });

interface CallOptions {
  /** For a whole call, connecting included. */
  readonly timeoutMs: number;
  /** `keep`: a connection is used again for as long as the server lets it. `new`: each call makes its own, and a whole TLS handshake. */
  readonly connection: 'keep' | 'new';
  /** All that will be asked for. */
  readonly images: readonly Image[];
  /** What an earlier part of the run was told of the function. */
  readonly known?: Learned;
  /** Where its traces and log lines are looked for; nowhere when absent. */
  readonly evidence?: EvidenceOptions | undefined;
  /** Calls a second that ask to be traced at most, the others asking not to be; all of them ask when absent. */
  readonly traceRate?: number | undefined;
  /** Where CloudWatch is asked for its figures of the run; nowhere when absent. */
  readonly metrics?: MetricsOptions | undefined;
  /** The name by which they are found, where neither address nor answers tell. */
  readonly functionName?: string | undefined;
  /** True when the function is that of the embedded emulator. */
  readonly emulated?: boolean | undefined;
}

interface Started {
  readonly door: Door;
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
  #metricsWarnings: readonly Warning[] = [];
  /** For as long as their pictures are held by somebody. */
  readonly #admitted = new WeakMap<Image, EncodedImage | QueryError>();
  #tracedAtMs = Number.NEGATIVE_INFINITY;
  #source: EvidenceSource | undefined;
  /** Absent when nothing is looked for. */
  readonly evidence?: NonNullable<Runner['evidence']>;

  constructor(options: LambdaRunnerOptions) {
    this.#options = options;
    if (options.evidence === undefined) return;
    this.evidence = (calls, signal) => {
      if (this.#source === undefined) throw new Error('evidence before start');
      return this.#source.collect(calls, signal);
    };
  }

  /** Asks the function nothing: its first call is to be a measured one. Throws UsageError or SetupError as the doors do. */
  async start(signal: AbortSignal): Promise<TargetInfo> {
    const options = this.#options;
    const { connection, images, emulated = false, evidence, functionName } = options;
    const door = 'invoke' in options ? await invokeDoor(options.invoke, signal) : urlDoor(options);
    const encoded = new Map(images.map(image => [image.sha256, encodeImage(image, door.body)]));
    const Client = await loadClient();
    await rehearse(Client, signal);
    const { origin, frontDoor, quoted, told, info } = door;
    this.#started = { door, encoded, Client, context: { origin, frontDoor, quoted, told } };
    this.#learned = new LearnedFacts(this.#options.known);
    // The clients are loaded before the first call, not beside it.
    if (evidence !== undefined) {
      const name = () => functionName ?? info.functionName ?? this.#learned.first().functionName;
      const group = () => info.logGroup ?? this.#learned.first().logGroup;
      const byName = () => (name() === undefined ? undefined : `/aws/lambda/${name()}`);
      const traces = evidence.traces && door.traces;
      this.#source = await EvidenceSource.open(
        { ...evidence, traces },
        { functionName: name, logGroup: () => group() ?? byName() },
      );
    }
    return { emulated, connection, ...(functionName !== undefined && { functionName }), ...info };
  }

  admit(image: Image): void {
    if (this.#started === undefined) throw new Error('admit before start');
    this.#admitted.set(image, encodeImage(image, this.#started.door.body));
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    const started = this.#started;
    if (started === undefined) throw new Error('infer before start');
    const encoded = started.encoded.get(image.sha256) ?? this.#admitted.get(image);
    if (encoded === undefined) throw new Error(`${image.name} is not among the runner's images`);
    if (encoded instanceof QueryError) throw encoded;
    const exchange = await this.#call(started, encoded.body, signal);
    const sent = { bytes: encoded.body.length, encodeMs: encoded.encodeMs };
    const { inference, learned } = readExchange(exchange, sent, started.context);
    this.#learned.add(learned, inference.predictions);
    return inference;
  }

  learned(): Learned {
    return this.#learned.first();
  }

  /** Of a function whose name is known. */
  async metrics(run: RunWindow, signal: AbortSignal): Promise<CloudWatchFigures | undefined> {
    const { metrics, functionName } = this.#options;
    const name = functionName ?? this.#started?.door.info.functionName ?? this.#learned.first().functionName;
    if (metrics === undefined || name === undefined) return undefined;
    const found = await runMetrics(metrics, name, run, signal);
    if ('figures' in found) return found.figures;
    this.#metricsWarnings = [found.warning];
    return undefined;
  }

  async warnings(): Promise<Warning[]> {
    return [
      ...(this.#started?.door.warnings() ?? []),
      ...(this.#options.evidence?.traces === true && this.#started?.door.traces === false ? [notTracing()] : []),
      ...this.#learned.warnings(),
      ...(this.#source?.warnings() ?? []),
      ...this.#metricsWarnings,
    ];
  }

  /** Calls in flight fail. */
  async stop(): Promise<void> {
    const { door } = this.#started ?? {};
    this.#started = undefined;
    door?.close();
    this.#source?.close();
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) connection.close();
  }

  async #call(started: Started, body: Buffer, signal: AbortSignal): Promise<HttpExchange> {
    const { timeoutMs, connection: mode } = this.#options;
    const { door, Client } = started;
    const headers = { ...(await door.headersOf(body)), 'x-amzn-trace-id': newTraceHeader(this.#isTraced()) };
    const connection = this.#takeIdle() ?? new HttpConnection(Client, door.origin);
    this.#busy.add(connection);
    const exchange = await connection.send({ path: door.path, headers, body, timeoutMs, last: mode === 'new' }, signal);
    this.#busy.delete(connection);
    if (mode === 'keep' && this.#started === started) this.#idle.push(connection);
    else connection.close();
    return exchange;
  }

  /** Of a call that leaves now. */
  #isTraced(): boolean {
    const { traceRate } = this.#options;
    if (traceRate === undefined) return true;
    const nowMs = performance.now();
    if (nowMs - this.#tracedAtMs < 1_000 / traceRate) return false;
    this.#tracedAtMs = nowMs;
    return true;
  }

  #takeIdle(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.open) return connection;
      connection.close();
    }
  }
}
