/** A runner that answers as a test says, call by call, on the test's clock. */
import { QueryError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/image.ts';
import type { Sample, StartKind, TargetInfo } from '../../src/core/record.ts';
import type { Inference, Runner } from '../../src/core/runner.ts';
import type { Scenario, ScenarioContext, StopReason } from '../../src/core/scenario.ts';
import type { FakeClock } from '../fake-clock.ts';

export interface Step {
  readonly start?: StartKind;
  readonly takesMs?: number;
  readonly throws?: unknown;
  readonly answer?: Partial<Inference>;
  /** Runs while the query is in flight. */
  readonly meanwhile?: () => void;
}

export class ScriptedRunner implements Runner {
  /** Pictures in the order they were asked for. */
  readonly asked: string[] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly #clock: FakeClock;
  readonly #script: (call: number) => Step;

  constructor(clock: FakeClock, script: (call: number) => Step) {
    this.#clock = clock;
    this.#script = script;
  }

  async start(): Promise<TargetInfo> {
    return { emulated: false };
  }

  async infer(image: Image, signal: AbortSignal): Promise<Inference> {
    const { start = 'warm', takesMs = 10, throws, answer, meanwhile } = this.#script(this.asked.length);
    this.asked.push(image.name);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    const until = this.#clock.nowMs() + takesMs;
    meanwhile?.();
    // What is in flight is answered, aborted or not.
    await this.#clock.sleepUntil(until, signal);
    this.#clock.advance(Math.max(0, until - this.#clock.nowMs()));
    this.inFlight--;
    if (throws !== undefined) throw throws;
    return { predictions: [], timings: {}, start, ...answer };
  }

  async stop(): Promise<void> {}
}

export const queryFailure = () => new QueryError('inference', 'it said no');

export function imageNamed(name: string): Image {
  return { name, bytes: new Uint8Array(), sha256: '' };
}

export interface Driven {
  readonly samples: Sample[];
  readonly stoppedBy: StopReason;
}

/** Drives to the end. `onSample` runs while the scenario waits, as a slow disk would. */
type ScenarioContextRest = Omit<ScenarioContext, 'runner' | 'images' | 'clock'>;

export async function driveAll(
  scenario: Scenario,
  context: { runner: Runner; images?: string[] } & Pick<ScenarioContext, 'clock'> & Partial<ScenarioContextRest>,
  onSample: (sample: Sample) => void = () => {},
): Promise<Driven> {
  const { images = ['a'], signal = new AbortController().signal, ...rest } = context;
  const driving = scenario.drive({ ...rest, signal, images: images.map(imageNamed) });
  const samples: Sample[] = [];
  for (;;) {
    const next = await driving.next();
    if (next.done) return { samples, stoppedBy: next.value };
    samples.push(next.value);
    onSample(next.value);
  }
}
