/**
 * The program that an environment runs: takes events from Lambda's Runtime API one by one and hands them to the handler
 * that `_HANDLER` names (`file.export`, from LAMBDA_TASK_ROOT), or to this package's own when it names none.
 *
 * It ends when the platform ends it. By itself it exits with 1 when the handler cannot be loaded or the Runtime API is
 * gone, 129 after an uncaught exception and 128 after an unhandled rejection, as AWS's runtime does.
 */
import './init-clock.ts';
import { logError } from './error-report.ts';
import { contextOf } from './invocation-context.ts';
import { type AnyHandler, loadHandler } from './load-handler.ts';
import { connectRuntimeApi, type Invocation, type RuntimeApi, RuntimeApiGoneError } from './runtime-api.ts';

const EXIT = { gone: 1, rejection: 128, exception: 129 } as const;

class MarshalError extends Error {
  override readonly name = 'Runtime.MarshalError';
}

/** Of the process, which comes before this resolves. */
const theEnd = new Promise<never>(() => {});

/** What the process is at, and so where an error that nobody catches is reported to. */
let stage: 'init' | 'waiting' | Invocation | 'dying' = 'init';

const { AWS_LAMBDA_RUNTIME_API: address } = process.env;
if (!address) {
  console.error('AWS_LAMBDA_RUNTIME_API is not set: this program runs inside Lambda, or under resnet-bench emulate');
  process.exit(EXIT.gone);
}
const api = connectRuntimeApi(address);
process.on('uncaughtException', thrown => die(api, thrown, EXIT.exception));
process.on('unhandledRejection', thrown => die(api, thrown, EXIT.rejection));

try {
  const handler = await init(api);
  while (true) await serveNext(api, handler);
} catch (thrown) {
  // Nobody is there who could be told, and who stops an emulator does not want to hear of it.
  if (!(thrown instanceof RuntimeApiGoneError)) logError(thrown);
  await exit(EXIT.gone);
}

async function init(api: RuntimeApi): Promise<AnyHandler> {
  const { _HANDLER: name, LAMBDA_TASK_ROOT: taskRoot } = process.env;
  try {
    return name ? await loadHandler(taskRoot || '.', name) : ((await import('./index.ts')).handler as AnyHandler);
  } catch (thrown) {
    // Before it is told: should telling fail, the reason is in the log all the same.
    logError(thrown);
    await api.failInit(thrown);
    return exit(EXIT.gone);
  }
}

async function serveNext(api: RuntimeApi, handler: AnyHandler): Promise<void> {
  stage = 'waiting';
  await flushed();
  if (isDying()) return theEnd;
  const invocation = await api.next();
  if (isDying()) return theEnd;
  stage = invocation;
  const traceId = invocation.headers['lambda-runtime-trace-id'];
  if (typeof traceId === 'string') process.env._X_AMZN_TRACE_ID = traceId;
  const outcome = await outcomeOf(handler, invocation);
  if (isDying()) return theEnd;
  if ('thrown' in outcome) {
    logError(outcome.thrown, invocation.requestId);
    await api.fail(invocation, outcome.thrown);
  } else await api.respond(invocation, outcome.answer);
  delete process.env._X_AMZN_TRACE_ID;
}

/** The answer as JSON (`null` when the handler returned nothing), or what was thrown. */
async function outcomeOf(
  handler: AnyHandler,
  invocation: Invocation,
): Promise<{ answer: string } | { thrown: unknown }> {
  try {
    const answer = await handler(JSON.parse(invocation.event), contextOf(invocation, process.env));
    return { answer: toJson(answer) };
  } catch (thrown) {
    return { thrown };
  }
}

function toJson(answer: unknown): string {
  try {
    return JSON.stringify(answer) ?? 'null';
  } catch (thrown) {
    throw new MarshalError('the answer of the handler cannot be written as JSON', { cause: thrown });
  }
}

/** After an error that nobody caught, nothing about this process can be relied on. */
async function die(api: RuntimeApi, thrown: unknown, exitCode: number): Promise<void> {
  if (isDying()) return;
  const reached = stage;
  stage = 'dying';
  logError(thrown, typeof reached === 'object' ? reached.requestId : undefined);
  try {
    if (reached === 'init') await api.failInit(thrown);
    else if (typeof reached === 'object') await api.fail(reached, thrown);
  } catch {
    // It ends all the same, and the platform sees that.
  }
  await exit(exitCode);
}

async function exit(code: number): Promise<never> {
  await flushed();
  process.exit(code);
}

/** A pipe takes 64 KB at a time: the rest would stay behind in a process that is frozen or gone. */
async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise(resolve => stream.write('', resolve));
  }
}

function isDying(): boolean {
  return stage === 'dying';
}
