/** `resnet-bench aws`: the template, a policy for whoever measures, and what a stack tells. */
import { readFileSync } from 'node:fs';
import { type NamedBy, POLICY_COMMANDS, policyFor, WITHOUT_PERMISSION } from '../../core/aws-policy.ts';
import { UsageError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { printable } from '../../core/printable.ts';
import { layout } from '../../reports/layout.ts';
import { plainName } from '../../runners/lambda-door.ts';
import { findStack } from '../../runners/lambda-stack.ts';

/** That of the documentation. */
const USUAL_NAME = 'resnet-bench';
const TEMPLATE = new URL('../../../lambda-image/template.yaml', import.meta.url);

export function printTemplate(): void {
  process.stdout.write(readFileSync(TEMPLATE, 'utf8'));
}

export interface PolicyOptions {
  readonly url?: boolean;
  readonly function?: string;
  readonly stack?: string;
  readonly logGroup?: string;
}

/** The document on stdout, so that it can be a file for `aws iam`; what is to be known of it on stderr. */
export function printPolicy(command: string | undefined, options: PolicyOptions): void {
  if (command !== undefined && !POLICY_COMMANDS.some(name => name === command)) throw unknownCommand(command);
  const { url = false, stack = USUAL_NAME } = options;
  // Our template gives the function the name of its stack.
  const { function: functionName = functionOfStack(stack) } = options;
  const namedBy: NamedBy = options.stack !== undefined ? 'stack' : url ? 'url' : 'function';
  const commands = command === undefined ? POLICY_COMMANDS : [command];
  const { logGroup } = options;
  const document = policyFor({ commands, namedBy, functionName, stackName: stack, ...(logGroup && { logGroup }) });
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  const notes = [
    ...(options.function === undefined ? [`for the function ${functionName}: --function names another`] : []),
    ...(command === 'doctor' || command === undefined
      ? [`doctor also asks ${WITHOUT_PERMISSION.join(', ')}, which AWS refuses to nobody`]
      : []),
    ...(url ? [urlNote(functionName)] : []),
  ];
  process.stderr.write(printable(notes.map(note => `note: ${note}\n`).join('')));
}

/** Where a stack is named by its ARN, its function is in the same region and account. */
function functionOfStack(stack: string): string {
  const [, partition, place, name] = /^arn:([\w-]+):cloudformation:([\w-]+:\d{12}):stack\/([\w-]+)\//.exec(stack) ?? [];
  return name === undefined ? stack : `arn:${partition}:lambda:${place}:function:${name}`;
}

/** Source: Lambda developer guide, "Control access to Lambda function URLs". */
function urlNote(functionName: string): string {
  const add = `aws lambda add-permission --function-name ${plainName(functionName)} --principal '*'`;
  return `whoever measures needs no permission to call a URL without authentication; the function itself must let everybody call it, by two
      permissions since October 2025 (resnet-bench aws template has both):
        ${add} --statement-id url --action lambda:InvokeFunctionUrl --function-url-auth-type NONE
        ${add} --statement-id invoke-by-url --action lambda:InvokeFunction --invoked-via-function-url`;
}

function unknownCommand(command: string): UsageError {
  const meant = nearest(command, POLICY_COMMANDS);
  return new UsageError(
    `${command} is no command that asks AWS anything`,
    meant === undefined ? `one of ${POLICY_COMMANDS.join(', ')}` : `did you mean ${meant}?`,
  );
}

/** Throws SetupError as `findStack` does. */
export async function printOutputs(name: string, json: boolean, signal: AbortSignal): Promise<void> {
  const { all } = await findStack(name, signal);
  const text = json ? JSON.stringify(all, null, 2) : layout(Object.entries(all), 'left');
  process.stdout.write(printable(`${text}\n`));
}
