/**
 * The program that an environment runs: takes events from Lambda's Runtime API one by one and hands them to the handler
 * that `_HANDLER` names (`file.export`, from LAMBDA_TASK_ROOT), or to this package's own when it names none.
 *
 * It ends when the platform ends it. By itself it exits with 1 when the handler cannot be loaded or the Runtime API is
 * gone, 129 after an uncaught exception and 128 after an unhandled rejection, as AWS's runtime does.
 */
import { contextOf } from './invocation-context.ts';
import { type AnyHandler, loadHandler } from './load-handler.ts';
import { connectRuntimeApi, type Invocation, type RuntimeApi, RuntimeApiGoneError } from './runtime-api.ts';

const EXIT = { gone: 1, rejection: 128, exception: 129 } as const;

class MarshalError extends Error {
  override readonly name = 'Runtime.MarshalError';
}

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
  if (!(thrown instanceof RuntimeApiGoneError)) console.error(thrown);
  process.exit(EXIT.gone);
}

async function init(api: RuntimeApi): Promise<AnyHandler> {
  const { _HANDLER: name, LAMBDA_TASK_ROOT: taskRoot } = process.env;
  try {
    return name ? await loadHandler(taskRoot || '.', name) : ((await import('./index.ts')).handler as AnyHandler);
  } catch (thrown) {
    await api.failInit(thrown);
    throw thrown;
  }
}

async function serveNext(api: RuntimeApi, handler: AnyHandler): Promise<void> {
  stage = 'waiting';
  const invocation = await api.next();
  stage = invocation;
  const traceId = invocation.headers['lambda-runtime-trace-id'];
  if (typeof traceId === 'string') process.env._X_AMZN_TRACE_ID = traceId;
  const outcome = await outcomeOf(handler, invocation);
  if (isDying()) return new Promise(() => {});
  if ('thrown' in outcome) {
    console.error(outcome.thrown);
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
  console.error(thrown);
  try {
    if (reached === 'init') await api.failInit(thrown);
    else if (typeof reached === 'object') await api.fail(reached, thrown);
  } catch {
    // It ends all the same, and the platform sees that.
  }
  process.exit(exitCode);
}

function isDying(): boolean {
  return stage === 'dying';
}
