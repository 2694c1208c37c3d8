/** An execution environment: one process at a time, one call at a time, and what becomes of both. */
import { randomBytes } from 'node:crypto';
import { Call } from './call.ts';
import type { EmulatorConfig } from './config.ts';
import type { EnvironmentFacts } from './control-answer.ts';
import { type Deferred, deferred } from './deferred.ts';
import { EnvironmentLog } from './environment-log.ts';
import { EnvironmentProcess } from './environment-process.ts';
import { logStreamName } from './environment-variables.ts';
import { exitFailure, type Failure, initExitFailure, timeoutFailure } from './failure.ts';
import { Initialisation } from './initialisation.ts';
import type { Invocation } from './invocation.ts';
import { Lifecycle, type Phase } from './lifecycle.ts';
import { after, type Moment, now } from './moment.ts';
import type { Exit } from './runtime-process.ts';
import { type Outcome, RuntimeSession } from './runtime-session.ts';
import type { Surroundings } from './surroundings.ts';
import { turns } from './turns.ts';

/** After init/error a runtime should end by itself; one that does not is ended. */
const INIT_ERROR_GRACE_MS = 300;
const EXIT_ERROR: Outcome = { status: 'error', errorType: 'Runtime.ExitError' };

export class Environment {
  readonly id = randomBytes(16).toString('hex');
  readonly logStream = logStreamName(this.id, new Date());
  readonly madeAt = now();
  /** Made ahead of any call. */
  readonly proactive: boolean;
  /** Resolves when it is gone for good, its last process too. */
  readonly ended: Promise<void>;
  readonly #life = new Lifecycle();
  readonly #session: RuntimeSession;
  readonly #process: EnvironmentProcess;
  #runtimeApi = '';
  #call: Call | undefined;
  #init: Initialisation | undefined;
  #firstCallAt: Moment | undefined;
  #calls = 0;
  #oomKills = 0;
  readonly #around: Surroundings;
  readonly #log: EnvironmentLog;
  readonly #ended: Deferred<void> = deferred();

  constructor(around: Surroundings, proactive: boolean) {
    this.#around = around;
    this.#log = new EnvironmentLog(around, this);
    this.proactive = proactive;
    this.ended = this.#ended.promise;
    this.#session = new RuntimeSession(this.#life, {
      initialised: () => this.#initialisedWell(),
      initFailed: () => this.#process.killAfter(INIT_ERROR_GRACE_MS),
      resting: () => this.#process.rest(),
      waking: () => this.#process.wake(),
      finished: outcome => void this.#finish(now(), outcome),
    });
    this.#process = new EnvironmentProcess(around, this, {
      output: text => this.#log.output(text),
      lastWords: () => this.#session.unanswered?.upload,
      exited: exit => this.#exited(exit),
    });
  }

  get phase(): Phase {
    return this.#life.phase;
  }

  /** With which it was made. */
  get config(): EmulatorConfig {
    return this.#around.config;
  }

  /** What an outsider may know of it. */
  facts(): Omit<EnvironmentFacts, 'state'> {
    return {
      id: this.id,
      ...(this.#process.pid !== undefined && { pid: this.#process.pid }),
      proactive: this.proactive,
      ...(this.#init?.facts() ?? { initFailed: false }),
      ...(this.#firstCallAt !== undefined && { firstCallMs: this.#firstCallAt.epochMs }),
      invocations: this.#calls,
    };
  }

  /** Initialises it ahead of a call. Resolves when that is over, well or not: a call then does it again. */
  async start(): Promise<void> {
    this.#runtimeApi = await this.#around.openRuntimeApi(this.#session);
    if (this.phase === 'ended') return this.#around.closeRuntimeApi(this.#session);
    this.#life.enter('init');
    this.#log.initStarts();
    this.#around.hooks.initStarts(this.id);
    this.#init = new Initialisation(this.#around.config.initTimeoutMs, () => void this.#initFailed('timeout'));
    this.#boot();
    await this.#init.over;
  }

  /** Hands it a call. It must be idle or down, and nobody else's. */
  invoke(invocation: Invocation): Call {
    const { config } = this.#around;
    const call = new Call(invocation, this.#init?.takeReport(), config.timeoutMs);
    this.#call = call;
    this.#calls += 1;
    this.#firstCallAt ??= call.start;
    call.cancelTimeout = after(config.timeoutMs, () => void this.#timedOut(call));
    this.#log.callStarts(call);
    if (this.phase === 'idle') this.#session.deliver(call);
    else this.#bootFor(call);
    return call;
  }

  /** Resolves when it has no call any more. */
  async quiet(): Promise<void> {
    await this.#call?.record.promise;
  }

  /** Ends it for good, with whatever it does. */
  end(): void {
    if (this.phase === 'ended') return;
    const outcome = this.phase === 'answered' ? this.#session.outcome : EXIT_ERROR;
    this.#life.enter('ended');
    const gone = this.#process.end();
    this.#session.close();
    const call = this.#call;
    if (call !== undefined) {
      call.give({ ok: false, failure: exitFailure(call.invocation.requestId, { code: null, signal: 'SIGKILL' }) });
      this.#over(call, now(), outcome);
    }
    this.#init?.close();
    this.#around.closeRuntimeApi(this.#session);
    void gone.then(() => this.#around.hooks.ended(this.id)).then(() => this.#ended.resolve());
  }

  #boot(call?: Call): void {
    this.#session.restart(call);
    this.#process.start(this.#runtimeApi);
  }

  /** Initialises it inside the call, at its cost. */
  #bootFor(call: Call): void {
    this.#life.enter('reinit');
    this.#boot(call);
  }

  #initialisedWell(): void {
    const span = this.#init?.succeed();
    this.#around.hooks.initEnds(this.id);
    if (span !== undefined) this.#log.initEnds({ span, phase: 'init', status: 'success' });
    this.#process.samplePeak();
    this.#life.enter('idle');
    this.#process.rest();
  }

  async #initFailed(status: 'timeout' | 'error', errorType?: string): Promise<void> {
    const init = this.#init!;
    this.#around.hooks.initEnds(this.id);
    this.#log.initEnds({ span: init.fail(), phase: 'init', status, ...(errorType !== undefined && { errorType }) });
    this.#life.enter('down');
    await this.#process.end();
    init.close();
  }

  #exited(exit: Exit): void {
    const call = this.#call;
    if (call === undefined) {
      if (this.phase === 'init') void this.#initFailed('error', this.#initFailure('', exit).errorType);
      else this.end();
    } else if (this.phase === 'reinit') {
      const failure = this.#initFailure(call.invocation.requestId, exit);
      call.inlineInit = { start: call.start, end: now() };
      const { errorType } = failure;
      this.#log.initEnds({ span: call.inlineInit, phase: 'invoke', status: 'error', errorType });
      call.give({ ok: false, failure });
      void this.#finish(call.inlineInit.end, { status: 'error', errorType: failure.errorType });
    } else if (this.phase === 'busy' && this.#session.eventUnread && call.inlineInit === undefined) {
      // It was dead before it could read the event, as after a kill while it was idle: nobody has worked on the call. Once only.
      this.#bootFor(call);
    } else if (this.phase !== 'finishing') {
      const failure = exitFailure(call.invocation.requestId, exit, this.#ranOutOfMemory());
      this.#log.exited(call, exit);
      call.give({ ok: false, failure });
      void this.#finish(now(), { status: 'error', errorType: failure.errorType });
    }
  }

  #initFailure(requestId: string, exit: Exit): Failure {
    const program = this.#around.config.bootstrap[0] ?? '';
    return this.#session.initError ?? initExitFailure(requestId, exit, program, this.#ranOutOfMemory());
  }

  /** Since it was last asked. */
  #ranOutOfMemory(): boolean {
    const kills = this.#around.hooks.oomKills(this.id);
    const more = kills > this.#oomKills;
    this.#oomKills = kills;
    return more;
  }

  async #timedOut(call: Call): Promise<void> {
    if (this.#call !== call || this.phase === 'finishing' || this.phase === 'ended') return;
    const end = now();
    this.#process.samplePeak();
    if (this.phase === 'reinit') {
      this.#log.initEnds({ span: { start: call.start, end }, phase: 'invoke', status: 'timeout' });
    }
    this.#life.enter('finishing');
    await this.#process.end();
    if (this.#call !== call) return;
    this.#log.timedOut(call);
    const { timeoutMs } = this.#around.config;
    call.give({ ok: false, failure: timeoutFailure(call.invocation.requestId, timeoutMs) });
    this.#close(call, end, { status: 'timeout', errorType: 'Sandbox.Timedout' });
  }

  /** The runtime has asked for more, or is gone. */
  async #finish(end: Moment, outcome: Outcome): Promise<void> {
    const call = this.#call!;
    this.#life.enter('finishing');
    this.#process.samplePeak();
    // What the program wrote before it asked is in its pipe already.
    await turns();
    if (this.#call === call) this.#close(call, end, outcome);
  }

  #close(call: Call, end: Moment, outcome: Outcome): void {
    this.#over(call, end, outcome);
    if (outcome.status === 'error' || outcome.status === 'timeout') this.#life.enter('down');
    // It asked for more and was gone before we had written its lines.
    else if (this.#process.pid === undefined) this.end();
    else {
      this.#life.enter('idle');
      this.#process.rest();
    }
  }

  #over(call: Call, end: Moment, outcome: Outcome): void {
    call.cancelTimeout();
    this.#call = undefined;
    this.#log.callEnds(call, end, outcome, this.#process.peakMb);
  }
}
