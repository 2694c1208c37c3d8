/** An execution environment: one process at a time, one call at a time, and the state between them. */
import { randomBytes } from 'node:crypto';
import { Call } from './call.ts';
import type { EnvironmentFacts } from './control-answer.ts';
import { type Deferred, deferred } from './deferred.ts';
import { environmentVariables, logStreamName } from './environment-variables.ts';
import { exitFailure, exitWords, type Failure, initExitFailure, timeoutFailure } from './failure.ts';
import { Initialisation } from './initialisation.ts';
import type { Answer, Invocation, InvocationRecord, Span } from './invocation.ts';
import { type Phase, step } from './lifecycle.ts';
import { LogStream } from './log.ts';
import { MemoryPeak } from './memory-peak.ts';
import { after, type Moment, now } from './moment.ts';
import { endLine, exitLine, initReportLine, reportLine, startLine, timeoutLine } from './platform-lines.ts';
import { type Exit, type RuntimeProcess, startRuntimeProcess } from './runtime-process.ts';
import type { Poll, Surroundings } from './surroundings.ts';

/** After init/error a runtime should end by itself; one that does not is ended. */
const INIT_ERROR_GRACE_MS = 300;

export class Environment {
  readonly id = randomBytes(16).toString('hex');
  readonly logStream = logStreamName(this.id, new Date());
  /** Made ahead of any call. */
  readonly proactive: boolean;
  /** Resolves when it is gone for good. */
  readonly ended: Promise<void>;
  #phase: Phase = 'down';
  #process: RuntimeProcess | undefined;
  #runtimeApi = '';
  #poll: Poll | undefined;
  #call: Call | undefined;
  #init: Initialisation | undefined;
  #initError: Failure | undefined;
  #cancelInitTimeout: () => void = () => {};
  #firstCallAt: Moment | undefined;
  #calls = 0;
  /** Of the answer last given. */
  #outcome: { readonly status: InvocationRecord['status']; readonly errorType?: string } = { status: 'success' };
  readonly #peak = new MemoryPeak();
  readonly #around: Surroundings;
  readonly #log: LogStream;
  readonly #initialised: Deferred<void> = deferred();
  readonly #ended: Deferred<void> = deferred();

  constructor(around: Surroundings, proactive: boolean) {
    this.#around = around;
    this.#log = new LogStream(around.log, this.logStream);
    this.proactive = proactive;
    this.ended = this.#ended.promise;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** What an outsider may know of it. */
  facts(): Omit<EnvironmentFacts, 'state'> {
    return {
      id: this.id,
      ...(this.#process !== undefined && { pid: this.#process.pid }),
      proactive: this.proactive,
      ...(this.#init?.facts() ?? { initFailed: false }),
      ...(this.#firstCallAt !== undefined && { firstCallMs: this.#firstCallAt.epochMs }),
      invocations: this.#calls,
    };
  }

  /** Initialises it ahead of a call. Resolves when that is over, well or not: a call then does it again. */
  async start(): Promise<void> {
    this.#runtimeApi = await this.#around.openRuntimeApi(this);
    if (this.#phase === 'ended') return;
    this.#enter('init');
    this.#init = new Initialisation();
    this.#cancelInitTimeout = after(this.#around.config.initTimeoutMs, () => this.#initTimedOut());
    this.#boot();
    await this.#initialised.promise;
  }

  /** Hands it a call. It must be idle or down, and nobody else's. */
  invoke(invocation: Invocation): Call {
    const { config } = this.#around;
    const call = new Call(invocation, this.#init?.takeReport(), config.timeoutMs);
    this.#call = call;
    this.#calls += 1;
    this.#firstCallAt ??= call.start;
    call.cancelTimeout = after(config.timeoutMs, () => void this.#timedOut(call));
    this.#log.platform(startLine(invocation.requestId));
    if (this.#phase === 'idle') {
      this.#enter('busy');
      this.#deliver(call);
    } else {
      this.#enter('reinit');
      this.#boot();
    }
    return call;
  }

  /** Ends it for good, with whatever it does. */
  end(): void {
    if (this.#phase === 'ended') return;
    this.#enter('ended');
    this.#cancelInitTimeout();
    this.#process?.kill();
    this.#poll?.refuse();
    const call = this.#call;
    if (call !== undefined) {
      call.cancelTimeout();
      call.give({ ok: false, failure: exitFailure(call.invocation.requestId, { code: null, signal: 'SIGKILL' }) });
      call.record.resolve(this.#recordOf(call, now(), 'error', 'Runtime.ExitError'));
    }
    this.#initialised.resolve();
    this.#around.closeRuntimeApi(this);
    this.#around.hooks.ended(this.id);
    void (this.#process?.exited ?? Promise.resolve()).then(() => this.#ended.resolve());
  }

  // What the runtime asks for. Each answers false when the state does not allow it.

  next(poll: Poll): boolean {
    switch (this.#phase) {
      case 'init':
        this.#takePoll(poll);
        this.#initialisedWell();
        return true;
      case 'reinit': {
        const call = this.#call!;
        this.#takePoll(poll);
        call.inlineInit = { start: call.start, end: now() };
        this.#enter('busy');
        this.#deliver(call);
        return true;
      }
      case 'idle':
        this.#takePoll(poll);
        return true;
      case 'busy':
        // It lost the connection before it could read: it gets the same event again.
        poll.deliver(this.#call!);
        return true;
      case 'answered':
        this.#takePoll(poll);
        void this.#finish(now(), this.#outcome.status, this.#outcome.errorType);
        return true;
      default:
        return false;
    }
  }

  /** Resolves when it has no call any more. */
  async quiet(): Promise<void> {
    await this.#call?.record.promise;
  }

  /** The call the runtime works on and has not answered. */
  get unanswered(): Call | undefined {
    return this.#phase === 'busy' ? this.#call : undefined;
  }

  /** The answer is here, whole; `unanswered` must have been this call. */
  answer(call: Call, answer: Answer, response: Span): void {
    if (this.unanswered !== call) return;
    call.response = response;
    this.#outcome = answer.ok ? { status: 'success' } : { status: 'failure', errorType: answer.failure.errorType };
    this.#enter('answered');
    call.give(answer);
  }

  initError(failure: Failure): boolean {
    if (this.#phase !== 'init' && this.#phase !== 'reinit') return false;
    this.#initError = failure;
    const process = this.#process;
    after(INIT_ERROR_GRACE_MS, () => process?.kill());
    return true;
  }

  #enter(phase: Phase): void {
    this.#phase = step(this.#phase, phase);
  }

  #boot(): void {
    const { config, reaper, hooks } = this.#around;
    this.#initError = undefined;
    const process = startRuntimeProcess({
      command: config.bootstrap,
      cwd: config.taskRoot,
      env: environmentVariables(config, { logStream: this.logStream, runtimeApi: this.#runtimeApi }),
      prelude: hooks.prelude(this.id),
      reaper,
      onOutput: text => this.#log.output(text),
    });
    this.#process = process;
    void process.exited.then(exit => this.#exited(process, exit));
  }

  #takePoll(poll: Poll): void {
    this.#poll?.refuse();
    this.#poll = poll;
    if (this.#call === undefined && this.#process !== undefined) this.#around.hooks.resting(this.#process.pid);
  }

  #deliver(call: Call): void {
    const poll = this.#poll;
    this.#poll = undefined;
    if (this.#process !== undefined) this.#around.hooks.waking(this.#process.pid);
    // Without a poll (its connection broke) the event waits for the next one.
    poll?.deliver(call);
  }

  #initialisedWell(): void {
    this.#cancelInitTimeout();
    this.#init?.succeed();
    this.#peak.sample(this.#process?.pid);
    this.#enter('idle');
    this.#initialised.resolve();
  }

  #initFailed(status: 'timeout' | 'error', errorType?: string): void {
    this.#cancelInitTimeout();
    this.#log.platform(initReportLine(this.#init!.fail(), 'init', status, errorType));
    this.#enter('down');
    this.#process = undefined;
    this.#initialised.resolve();
  }

  #initTimedOut(): void {
    if (this.#phase !== 'init') return;
    this.#process?.kill();
    this.#initFailed('timeout');
  }

  #exited(process: RuntimeProcess, exit: Exit): void {
    // Ended by us, and already dealt with.
    if (this.#process !== process) return;
    switch (this.#phase) {
      case 'init': {
        const failure = this.#initFailure('', exit);
        this.#initFailed('error', failure.errorType);
        break;
      }
      case 'idle':
        this.end();
        break;
      case 'reinit': {
        const call = this.#call!;
        const failure = this.#initFailure(call.invocation.requestId, exit);
        const span = { start: call.start, end: now() };
        call.inlineInit = span;
        this.#log.platform(initReportLine(span, 'invoke', 'error', failure.errorType));
        call.give({ ok: false, failure });
        void this.#finish(span.end, 'error', failure.errorType);
        break;
      }
      case 'busy':
      case 'answered': {
        const call = this.#call!;
        const { requestId } = call.invocation;
        this.#log.platform(exitLine(requestId, exitWords(exit)));
        call.give({ ok: false, failure: exitFailure(requestId, exit) });
        void this.#finish(now(), 'error', 'Runtime.ExitError');
        break;
      }
      default:
        this.#process = undefined;
    }
  }

  #initFailure(requestId: string, exit: Exit): Failure {
    return this.#initError ?? initExitFailure(requestId, exit, this.#around.config.bootstrap[0] ?? '');
  }

  async #timedOut(call: Call): Promise<void> {
    if (this.#call !== call || this.#phase === 'finishing' || this.#phase === 'ended') return;
    const end = now();
    const { timeoutMs } = this.#around.config;
    const { requestId } = call.invocation;
    const process = this.#process;
    this.#peak.sample(this.#process?.pid);
    process?.kill();
    this.#process = undefined;
    if (this.#phase === 'reinit') this.#log.platform(initReportLine({ start: call.start, end }, 'invoke', 'timeout'));
    this.#enter('finishing');
    await process?.exited;
    if (this.phase !== 'finishing') return;
    this.#log.platform(timeoutLine(requestId, timeoutMs));
    call.give({ ok: false, failure: timeoutFailure(requestId, timeoutMs) });
    this.#close(call, end, 'timeout', 'Sandbox.Timedout');
  }

  /** The runtime has asked for more, or is gone. */
  async #finish(end: Moment, status: InvocationRecord['status'], errorType?: string): Promise<void> {
    const call = this.#call!;
    this.#enter('finishing');
    if (status === 'error') this.#process = undefined;
    else this.#peak.sample(this.#process?.pid);
    // What the program wrote before it asked is in its pipe already: two turns of the event loop read it.
    await turn();
    await turn();
    if (this.phase === 'finishing') this.#close(call, end, status, errorType);
  }

  #close(call: Call, end: Moment, status: InvocationRecord['status'], errorType?: string): void {
    call.cancelTimeout();
    this.#log.platform(endLine(call.invocation.requestId));
    const record = this.#recordOf(call, end, status, errorType);
    this.#log.platform(reportLine(record, this.#around.config.memoryMb));
    const complete = { ...record, logTail: this.#log.takeTail() };
    this.#call = undefined;
    if (status === 'error' || status === 'timeout') {
      this.#enter('down');
    } else if (this.#process === undefined) {
      // It asked for more and was gone before we had written its lines.
      this.end();
    } else {
      this.#enter('idle');
      this.#around.hooks.resting(this.#process.pid);
    }
    this.#around.hooks.finished(complete);
    call.record.resolve(complete);
  }

  #recordOf(
    call: Call,
    end: Moment,
    status: InvocationRecord['status'],
    errorType: string | undefined,
  ): InvocationRecord {
    return call.recordOf(end, {
      environmentId: this.id,
      logStream: this.logStream,
      status,
      errorType,
      maxMemoryMb: this.#peak.mb,
      timeoutMs: this.#around.config.timeoutMs,
    });
  }
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
