/** The Lambda runner with a function of its own: our handler on the embedded emulator, for as long as the run lasts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchFigures } from '../core/cloudwatch.ts';
import { QueryError, SetupError } from '../core/errors.ts';
import type { Image } from '../core/image.ts';
import type { TraceLayout } from '../core/lambda-telemetry.ts';
import type { PreprocessMode } from '../core/preprocess-mode.ts';
import type { TargetInfo, Warning } from '../core/record.ts';
import type { Inference, Learned, Runner, RunWindow } from '../core/runner.ts';
import { type Emulator, startEmulator } from '../emulator/start.ts';
import { LambdaRunner } from '../runners/lambda.ts';
import type { ChosenModel } from './choose-model.ts';
import { beyondWarnings, fewerCores, logWarnings, unlimitedWarnings, unpreparedWarnings } from './emulated-warnings.ts';
import { type EvidenceChoice, emulatedEvidence, emulatedMetrics } from './evidence-options.ts';
import { FUNCTION_NAME, ourFunction, THREADS_VARIABLE } from './our-function.ts';
import { readyModel } from './ready-model.ts';

/** How much of the machine the function gets. */
export interface SharesChoice {
  /** CPU and memory as AWS gives them for that memory, where the system lets us. */
  readonly limits: boolean;
  /** Of the CPU quota. */
  readonly cpuPeriodMs: number;
  /** Initialisation with two CPUs, whatever the memory. */
  readonly initBoost: boolean;
}

export interface EmulatedLambdaOptions {
  readonly model: ChosenModel;
  readonly preprocess: PreprocessMode;
  /** MB of 1,048,576 bytes. */
  readonly memoryMb: number;
  /** The client's patience with a call. */
  readonly timeoutMs: number;
  /** The function's own, at most 900,000. */
  readonly functionTimeoutMs: number;
  readonly concurrency: number;
  /** Of one inference; the function chooses by its memory when absent. */
  readonly threads?: number;
  readonly idleTimeoutMs: number;
  /** Of a random time instead, `idleTimeoutMs` at most. */
  readonly idleHalfLifeMs?: number;
  /** An older environment takes no more calls. */
  readonly maxAgeMs?: number;
  /** Environments initialised ahead of any call. */
  readonly proactive: number;
  readonly frontDoor: 'url' | 'http-api' | 'invoke';
  readonly traceLayout: TraceLayout;
  readonly traceDelayMs: number;
  readonly shares: SharesChoice;
  readonly evidence: EvidenceChoice;
  /** Calls a second that are traced at most; all when absent. */
  readonly traceRate?: number;
  readonly connection: 'keep' | 'new';
  readonly images: readonly Image[];
}

/** A little over the second from which on a wait between init and first call proves it. */
const PROACTIVE_WAIT_MS = 1_100;

export class EmulatedLambdaRunner implements Runner {
  readonly #options: EmulatedLambdaOptions;
  #emulator: Emulator | undefined;
  #lambda: LambdaRunner | undefined;
  #failed = false;
  /** Why its model is not prepared. */
  #unprepared: string | undefined;
  /** Resident after a call, the most of those that told. */
  #mostMb: number | undefined;
  /** Its process is gone, and nobody here has ended it. */
  #died = false;

  /** Absent when nothing is looked for. */
  readonly evidence?: NonNullable<Runner['evidence']>;

  constructor(options: EmulatedLambdaOptions) {
    this.#options = options;
    const { traces, logs } = options.evidence;
    if (!traces && !logs) return;
    this.evidence = (calls, signal) => {
      const evidence = this.#lambda?.evidence;
      if (evidence === undefined) throw new Error('evidence before start');
      return evidence(calls, signal);
    };
  }

  async start(signal: AbortSignal): Promise<TargetInfo> {
    const { preprocess, memoryMb, functionTimeoutMs, threads } = this.#options;
    const model = await readyModel(this.#options.model, signal);
    this.#unprepared = model.unprepared;
    const ours = ourFunction(model, preprocess);
    const { concurrency, idleTimeoutMs, proactive, traceLayout, traceDelayMs, shares } = this.#options;
    const { idleHalfLifeMs, maxAgeMs } = this.#options;
    this.#emulator = await startEmulator(
      {
        ...ours,
        env: { ...ours.env, ...(threads !== undefined && { [THREADS_VARIABLE]: String(threads) }) },
        memoryMb,
        timeoutMs: functionTimeoutMs,
        concurrency,
        idleTimeoutMs,
        proactive,
        traceLayout,
        traceDelayMs,
        ...(idleHalfLifeMs !== undefined && { idleHalfLifeMs }),
        ...(maxAgeMs !== undefined && { maxAgeMs }),
        ...shares,
      },
      signal,
    );
    const emulator = this.#emulator;
    void emulator.exited.then(() => {
      if (this.#emulator === emulator) this.#died = true;
    });
    // Only by this can the function itself tell an environment made ahead from one made for a call.
    if (proactive > 0) await sleep(PROACTIVE_WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    this.#lambda = this.#runnerFor(emulator);
    // The emulator's region is nowhere.
    const { region: _, ...info } = await this.#lambda.start(signal);
    const { cpuShare, frozen, memoryBy } = emulator;
    return { ...info, model: model.info, preprocess, memoryMb, cpuShare, frozen, memoryBy };
  }

  /** The emulator, between start and stop: what its environments do is what the function's do. */
  get emulator(): Emulator | undefined {
    return this.#emulator;
  }

  admit(image: Image): void {
    this.#lambda?.admit(image);
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    if (this.#lambda === undefined) throw new Error('infer before start');
    if (this.#died) {
      throw new SetupError(
        'the emulator has ended by itself',
        'what was measured until then can be read: resnet-bench report',
      );
    }
    try {
      const inference = await this.#lambda.infer(image, signal);
      const { usedMb } = inference.memory ?? {};
      if (usedMb !== undefined) this.#mostMb = Math.max(this.#mostMb ?? usedMb, usedMb);
      return inference;
    } catch (thrown) {
      if (thrown instanceof QueryError && (thrown.httpStatus ?? 0) >= 500) this.#failed = true;
      if (thrown instanceof QueryError && thrown.kind === 'function-error') this.#failed = true;
      throw thrown;
    }
  }

  #runnerFor({ functionUrl, httpApiUrl, invokeEndpoint }: Emulator): LambdaRunner {
    const { timeoutMs, connection, images, frontDoor, evidence, traceDelayMs, traceRate } = this.#options;
    const common = {
      ...{ timeoutMs, connection, images, traceRate, emulated: true },
      evidence: emulatedEvidence(evidence, invokeEndpoint, traceDelayMs),
      ...(evidence.metrics === true && { metrics: emulatedMetrics(evidence, invokeEndpoint) }),
    };
    if (frontDoor === 'invoke') {
      return new LambdaRunner({
        ...common,
        invoke: { functionName: FUNCTION_NAME, access: { emulator: invokeEndpoint } },
      });
    }
    const url = frontDoor === 'url' ? functionUrl : httpApiUrl;
    return new LambdaRunner({ ...common, url, frontDoor, functionName: FUNCTION_NAME });
  }

  async metrics(run: RunWindow, signal: AbortSignal): Promise<CloudWatchFigures | undefined> {
    return this.#lambda?.metrics(run, signal);
  }

  async warnings(): Promise<Warning[]> {
    const { memoryMb } = this.#options;
    const unlimited = this.#emulator?.cpuShare === 'unlimited';
    const told = (await this.#lambda?.warnings()) ?? [];
    const logged = this.#failed ? ((await this.#emulator?.logLines()) ?? []) : [];
    const texts = logged.map(({ text }) => text);
    return [
      ...told,
      ...unpreparedWarnings(this.#unprepared),
      ...(unlimited
        ? unlimitedWarnings(memoryMb, this.#emulator?.noLimits, this.#mostMb)
        : [...fewerCores(memoryMb), ...beyondWarnings(memoryMb, this.#mostMb)]),
      ...logWarnings(texts, memoryMb),
    ];
  }

  learned(): Learned {
    return this.#lambda?.learned() ?? {};
  }

  async stop(): Promise<void> {
    const [lambda, emulator] = [this.#lambda, this.#emulator];
    this.#lambda = undefined;
    this.#emulator = undefined;
    await lambda?.stop();
    await emulator?.stop();
  }
}
