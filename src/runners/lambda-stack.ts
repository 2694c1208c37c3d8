/** A stack of our template, and what of it leads to its function. */
import { AwsFailure } from '../aws/aws-failure.ts';
import { Stacks } from '../aws/stacks-client.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import { STACK_OUTPUTS } from '../core/stack-outputs.ts';
import { accessError } from './access-error.ts';

type OutputName = keyof typeof STACK_OUTPUTS;

/** Of a stack that is done. Absent: it has no such output. */
export interface StackFunction {
  readonly outputs: Readonly<Partial<Record<OutputName, string>>>;
  /** All that the stack tells, by its own names. */
  readonly all: Readonly<Record<string, string>>;
}

/** A function that was made or changed well, whatever else goes on. */
const DONE =
  /^((CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE|UPDATE_COMPLETE_CLEANUP_IN_PROGRESS|UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS)$/;

/** One call. Throws SetupError for a stack that is not there, not done or not to be read. */
export async function findStack(name: string, signal: AbortSignal): Promise<StackFunction> {
  const region = /^arn:[^:]+:cloudformation:([^:]+):/.exec(name)?.[1];
  const stacks = await Stacks.open(region === undefined ? {} : { region });
  try {
    const { status, reason, outputs } = await stacks.describe(name, signal);
    if (!DONE.test(status)) throw notDone(name, status, reason);
    const known = Object.entries(STACK_OUTPUTS).flatMap(([key, output]) =>
      outputs[output] === undefined ? [] : [[key, outputs[output]]],
    );
    return { outputs: Object.fromEntries(known), all: outputs };
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown instanceof AwsFailure ? stackError(thrown, name) : thrown;
  } finally {
    stacks.close();
  }
}

/** Throws SetupError when the stack has no such output. */
export function outputOf({ outputs }: StackFunction, name: string, output: OutputName): string {
  const value = outputs[output];
  if (value !== undefined) return value;
  const key = STACK_OUTPUTS[output];
  throw new SetupError(
    `the stack ${name} has no output ${key}`,
    output === 'httpApiUrl'
      ? 'deploy it with HttpApi=yes, or call its Function URL: leave --front-door out'
      : 'is it one of the template that resnet-bench aws template prints? Else name the function by --url or --function',
  );
}

function notDone(name: string, status: string, reason: string | undefined): SetupError {
  const what = `the stack ${name} is ${status}${reason === undefined ? '' : `: ${messageOf(reason)}`}`;
  if (/^(CREATE|UPDATE)_IN_PROGRESS$/.test(status)) {
    const waiter = status.startsWith('CREATE') ? 'stack-create-complete' : 'stack-update-complete';
    return new SetupError(what, `aws cloudformation wait ${waiter} --stack-name ${name}, and try again`);
  }
  // CloudFormation changes none of these. Source: CloudFormation user guide, "Stack status codes".
  if (/^(ROLLBACK_COMPLETE|(ROLLBACK|CREATE)_FAILED|DELETE_\w+)$/.test(status)) {
    const why = `aws cloudformation describe-stack-events --stack-name ${name} says why`;
    const gone = `aws cloudformation wait stack-delete-complete --stack-name ${name}`;
    const removal = `aws cloudformation delete-stack --stack-name ${name}`;
    return new SetupError(
      what,
      `${why}; ${status === 'DELETE_IN_PROGRESS' ? '' : `${removal}, `}${gone}, and deploy it again`,
    );
  }
  return new SetupError(
    what,
    `aws cloudformation describe-stack-events --stack-name ${name} says why; deploy it again`,
  );
}

function stackError(failure: AwsFailure, name: string): SetupError {
  const { kind, message, code, operation } = failure;
  const access = accessError(failure, 'stack', 'name the function by --url');
  if (access !== undefined) return access;
  switch (kind) {
    case 'not-found':
      return new SetupError(
        `there is no stack ${name}: ${message}`,
        'is it in another region or account? AWS_REGION and AWS_PROFILE choose them',
        failure,
      );
    case 'denied':
      return new SetupError(
        `the stack ${name} may not be read (${code}: ${operation})`,
        `allow what this prints: resnet-bench aws policy --stack ${name}; or name the function by --url and --function`,
        failure,
      );
    default:
      return new SetupError(
        `CloudFormation did not answer as it should: ${message}`,
        'aws cloudformation describe-stacks, with the same name, says more',
        failure,
      );
  }
}
