/** The process of an environment: started anew when it has to be, one at a time. */
import { environmentVariables } from './environment-variables.ts';
import { MemoryPeak } from './memory-peak.ts';
import { after } from './moment.ts';
import { type Exit, type RuntimeProcess, startRuntimeProcess } from './runtime-process.ts';
import type { Surroundings } from './surroundings.ts';
import { turns } from './turns.ts';

export interface ProcessEvents {
  output(text: string): void;
  /** What it wrote and sent last, beyond its output: resolves when that has been read. */
  lastWords(): Promise<unknown> | undefined;
  /** It ended, and not by `end`. */
  exited(exit: Exit): void;
}

export class EnvironmentProcess {
  readonly #around: Surroundings;
  readonly #environment: { readonly id: string; readonly logStream: string };
  readonly #events: ProcessEvents;
  readonly #peak = new MemoryPeak();
  #process: RuntimeProcess | undefined;
  /** Resolves when the last one started is gone. */
  #exited: Promise<unknown> = Promise.resolve();

  constructor(
    around: Surroundings,
    environment: { readonly id: string; readonly logStream: string },
    events: ProcessEvents,
  ) {
    this.#around = around;
    this.#environment = environment;
    this.#events = events;
  }

  /** Undefined when there is none, or none any more. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(runtimeApi: string): void {
    const { config, reaper, hooks } = this.#around;
    const { id, logStream } = this.#environment;
    const process = startRuntimeProcess({
      command: config.bootstrap,
      cwd: config.taskRoot,
      env: environmentVariables(config, { logStream, runtimeApi }),
      prelude: hooks.prelude(id),
      reaper,
      onOutput: text => this.#events.output(text),
    });
    this.#process = process;
    this.#exited = process.exited;
    void process.exited.then(exit => this.#exit(process, exit));
  }

  /** Kills it, should it still be there; never one started later. */
  killAfter(ms: number): void {
    const process = this.#process;
    after(ms, () => process?.kill());
  }

  /** Kills it, which `exited` is then not told of. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#process?.kill();
    this.#process = undefined;
    await this.#exited;
  }

  rest(): void {
    if (this.pid !== undefined) this.#around.hooks.resting(this.pid);
  }

  wake(): void {
    if (this.pid !== undefined) this.#around.hooks.waking(this.pid);
  }

  /** MB of 1,048,576 bytes, over all its processes; undefined while unknown. */
  get peakMb(): number | undefined {
    return this.#around.hooks.peakMb(this.#environment.id) ?? this.#peak.mb;
  }

  samplePeak(): void {
    if (this.#around.hooks.peakMb(this.#environment.id) === undefined) this.#peak.sample(this.pid);
  }

  async #exit(process: RuntimeProcess, exit: Exit): Promise<void> {
    // What it wrote into pipes and sockets may still lie there.
    await turns();
    await this.#events.lastWords();
    if (this.#process !== process) return;
    this.#process = undefined;
    this.#events.exited(exit);
  }
}
