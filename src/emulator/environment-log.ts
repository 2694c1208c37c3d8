/** What an environment leaves behind: the platform's lines between its output, and the records of its calls. */
import type { Call } from './call.ts';
import { exitWords } from './failure.ts';
import type { InvocationRecord, Span } from './invocation.ts';
import { LogStream } from './log.ts';
import type { Moment } from './moment.ts';
import { endLine, exitLine, initReportLine, reportLine, startLine, timeoutLine } from './platform-lines.ts';
import type { Exit } from './runtime-process.ts';
import type { Outcome } from './runtime-session.ts';
import type { Surroundings } from './surroundings.ts';

export class EnvironmentLog {
  readonly #around: Surroundings;
  readonly #environment: { readonly id: string; readonly logStream: string };
  readonly #stream: LogStream;

  constructor(around: Surroundings, environment: { readonly id: string; readonly logStream: string }) {
    this.#around = around;
    this.#environment = environment;
    this.#stream = new LogStream(around.log, environment.logStream);
  }

  output(text: string): void {
    this.#stream.output(text);
  }

  callStarts(call: Call): void {
    this.#stream.platform(startLine(call.invocation.requestId));
  }

  /** `phase` is `invoke` for one inside a call. */
  initFailed(init: Span, phase: 'init' | 'invoke', status: 'timeout' | 'error', errorType?: string): void {
    this.#stream.platform(initReportLine(init, phase, status, errorType));
  }

  /** The runtime ended during a call. */
  exited(call: Call, exit: Exit): void {
    this.#stream.platform(exitLine(call.invocation.requestId, exitWords(exit)));
  }

  timedOut(call: Call): void {
    this.#stream.platform(timeoutLine(call.invocation.requestId, this.#around.config.timeoutMs));
  }

  /** The call's last lines, and its record to whoever waits for it. */
  callEnds(call: Call, end: Moment, outcome: Outcome, maxMemoryMb: number | undefined): void {
    const { config, hooks } = this.#around;
    this.#stream.platform(endLine(call.invocation.requestId));
    const record: InvocationRecord = call.recordOf(end, {
      environmentId: this.#environment.id,
      logStream: this.#environment.logStream,
      status: outcome.status,
      errorType: outcome.errorType,
      maxMemoryMb,
      timeoutMs: config.timeoutMs,
    });
    this.#stream.platform(reportLine(record, config.memoryMb));
    const complete = { ...record, logTail: this.#stream.takeTail() };
    hooks.finished(complete);
    call.record.resolve(complete);
  }
}
