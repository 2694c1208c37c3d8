/** All checks in turn: this machine first, then AWS, as far as a function there is named. */
import type { AwsAccess } from '../aws/access.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import { regionOf } from '../runners/lambda-door.ts';
import { findStack, outputOf } from '../runners/lambda-stack.ts';
import { address } from './address-check.ts';
import { configuration, destination, foundCredentials, identity } from './aws-checks.ts';
import { brokenBy, type Finding, soon } from './finding.ts';
import { libraries, neighbours, node, processors, shares } from './machine-checks.ts';
import { imageBuilder, model, notes } from './tool-checks.ts';

export interface ExamineOptions {
  /** Path or name; that which a run would use when absent. */
  readonly model?: string;
  readonly url?: string;
  /** Name or ARN. */
  readonly functionName?: string;
  /** Name or ARN, in the place of the two. */
  readonly stack?: string;
}

/** Each as soon as it is found. Without a function nobody at AWS is asked. Throws the signal's reason when that aborts. */
export async function* examine(options: ExamineOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  // While nothing else runs here.
  const others = await neighbours(signal);
  yield node();
  yield await libraries();
  yield processors();
  yield others;
  yield shares();
  yield await model(options.model);
  yield await imageBuilder(signal);
  yield* notes();
  const { url, functionName, stack } = options;
  if (url === undefined && functionName === undefined && stack === undefined) yield await foundCredentials(process.env);
  else yield* onAws(options, signal);
}

async function* onAws(options: ExamineOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  let { url, functionName } = options;
  const { stack } = options;
  const told = toldBy(options);
  // An address that is none of AWS's has no account behind it that could be looked at.
  if (told === undefined) {
    yield await foundCredentials(process.env);
    yield await address(url!, signal);
    return;
  }
  const { findings, reached } = await identity(told, signal);
  yield* findings;
  if (!reached) {
    yield { name: 'function', mark: 'note', fact: 'not looked at, for the same reason' };
  } else {
    if (stack !== undefined) {
      try {
        const found = await soon(signal, limit => findStack(stack, limit));
        functionName = outputOf(found, stack, 'functionArn');
        url = outputOf(found, stack, 'functionUrl');
        yield { name: 'stack', mark: 'ok', fact: `${stack} · ${url}` };
      } catch (thrown) {
        signal.throwIfAborted();
        yield brokenBy('stack', thrown);
      }
    }
    const region = functionName === undefined ? undefined : regionOf(functionName);
    const access = region === undefined ? told : { region };
    if (functionName !== undefined) yield* await configuration(access, functionName, signal);
    yield await destination(access, signal);
  }
  if (url !== undefined) yield await address(url, signal);
}

/** How AWS is to be asked; undefined for an address that does not say that it is AWS's, as `lambda --url` has it. */
function toldBy({ url, functionName, stack }: ExamineOptions): AwsAccess | undefined {
  const region =
    /^arn:[^:]+:cloudformation:([^:]+):/.exec(stack ?? '')?.[1] ?? regionOf(functionName ?? '') ?? regionAt(url);
  if (region !== undefined) return { region };
  const { AWS_ENDPOINT_URL, AWS_REGION } = process.env;
  const isNamed = functionName !== undefined || stack !== undefined;
  return isNamed || AWS_ENDPOINT_URL || AWS_REGION ? {} : undefined;
}

/** An address that cannot be is told by its own check. */
function regionAt(url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : parseAddress(url).region;
  } catch {
    return undefined;
  }
}
