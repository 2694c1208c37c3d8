/** What an environment leaves behind: the platform's lines between its output, and the records of its calls. */
import type { Call } from './call.ts';
import { exitWords } from './failure.ts';
import type { InvocationRecord } from './invocation.ts';
import { LogStream } from './log.ts';
import type { Moment } from './moment.ts';
import { jsonLog } from './platform-events.ts';
import { type InitOutcome, type PlatformLog, textLog } from './platform-lines.ts';
import type { Exit } from './runtime-process.ts';
import type { Outcome } from './runtime-session.ts';
import type { Surroundings } from './surroundings.ts';

export class EnvironmentLog {
  readonly #around: Surroundings;
  readonly #environment: { readonly id: string; readonly logStream: string };
  readonly #stream: LogStream;
  readonly #platform: PlatformLog;

  constructor(around: Surroundings, environment: { readonly id: string; readonly logStream: string }) {
    this.#around = around;
    this.#environment = environment;
    this.#stream = new LogStream(around.log, environment.logStream);
    const { config } = around;
    this.#platform = config.logFormat === 'json' ? jsonLog(config) : textLog(config.memoryMb);
  }

  output(text: string): void {
    this.#stream.output(text);
  }

  initStarts(): void {
    this.#write(this.#platform.initStarts());
  }

  initEnds(outcome: InitOutcome): void {
    this.#write(this.#platform.initEnds(outcome));
  }

  callStarts(call: Call): void {
    this.#write(this.#platform.callStarts(call.invocation));
  }

  /** The runtime ended during a call. */
  exited(call: Call, exit: Exit): void {
    this.#write(this.#platform.exited(call.invocation.requestId, exitWords(exit)));
  }

  timedOut(call: Call): void {
    this.#write(this.#platform.timedOut(call.invocation.requestId, this.#around.config.timeoutMs));
  }

  /** The call's last lines, and its record to whoever waits for it. */
  callEnds(call: Call, end: Moment, outcome: Outcome, maxMemoryMb: number | undefined): void {
    const { config, hooks } = this.#around;
    const record: InvocationRecord = call.recordOf(end, {
      environmentId: this.#environment.id,
      logStream: this.#environment.logStream,
      status: outcome.status,
      errorType: outcome.errorType,
      maxMemoryMb,
      timeoutMs: config.timeoutMs,
    });
    this.#write(this.#platform.callEnds(record));
    const complete = { ...record, logTail: this.#stream.takeTail() };
    hooks.finished(complete);
    call.record.resolve(complete);
  }

  #write(lines: readonly string[]): void {
    for (const line of lines) this.#stream.platform(line);
  }
}
