/** All checks in turn: this machine first, then AWS, as far as a function there is named. */
import type { AwsAccess } from '../aws/access.ts';
import { regionOf } from '../runners/lambda-door.ts';
import { findStack, outputOf } from '../runners/lambda-stack.ts';
import { awsOf } from '../runs/evidence-options.ts';
import { address } from './address-check.ts';
import { configuration, destination, foundCredentials, identity, missingProfile } from './aws-checks.ts';
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

/** Each as soon as it is found. Without a function nobody at AWS is asked. Throws UsageError for an address that is none, the signal's reason when that aborts. */
export async function* examine(options: ExamineOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  const { url, functionName, stack } = options;
  const isNamed = url !== undefined || functionName !== undefined || stack !== undefined;
  const told = isNamed ? toldBy(options) : undefined;
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
  if (told !== undefined) {
    yield* onAws(told, options, signal);
    return;
  }
  yield await foundCredentials(process.env);
  // An address that is none of AWS's has no account behind it that could be looked at.
  if (url !== undefined) yield await address(url, signal);
}

async function* onAws(told: AwsAccess, options: ExamineOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  let { url, functionName } = options;
  const { stack } = options;
  const named =
    stack !== undefined ? `--stack ${stack}` : functionName !== undefined ? `--function ${functionName}` : '--url';
  const profile = await missingProfile(process.env);
  const { findings, reached } =
    profile === undefined ? await identity(told, named, signal) : { findings: [profile], reached: false };
  // A URL is called without credentials; only its traces and log lines are not read.
  yield* named === '--url' ? findings.map(needless) : findings;
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
    if (functionName !== undefined) yield* await configuration(access, functionName, named, signal);
    yield await destination(access, named, signal);
  }
  if (url !== undefined) yield await address(url, signal);
}

function needless(finding: Finding): Finding {
  return finding.name === 'credentials' && finding.mark === 'broken' ? { ...finding, mark: 'warning' } : finding;
}

/** How AWS is to be asked; undefined for an address that nobody says is AWS's, as for a run. Throws UsageError for one that is none. */
function toldBy({ url, functionName, stack }: ExamineOptions): AwsAccess | undefined {
  if (stack === undefined) {
    return awsOf(
      { ...(url !== undefined && { url }), ...(functionName !== undefined && { functionName }) },
      process.env,
    )?.access;
  }
  const region = /^arn:[^:]+:cloudformation:([^:]+):/.exec(stack)?.[1];
  return region === undefined ? {} : { region };
}
