/** `--stack`: the function of a stack in the place of one that is named by its URL or its name. */
import { UsageError } from '../core/errors.ts';
import { findStack, outputOf, type StackFunction } from '../runners/lambda-stack.ts';
import type { FunctionOptions } from './function-targets.ts';

interface Named {
  readonly stack?: string;
  readonly url?: string;
  readonly function?: string;
}

/** Of options that stand on the command line and in the environment, those that count. Throws UsageError where both name a function in the same place. */
export function oneFunction<T extends Named>(options: T, given: (name: string) => boolean): T {
  const { stack, url, function: functionName } = options;
  if (stack === undefined || (url === undefined && functionName === undefined)) return options;
  const { stack: _, ...withoutStack } = options;
  const { url: __, function: ___, ...withoutOthers } = options;
  const byOthers = given('url') || given('function');
  if (given('stack') !== byOthers) return (byOthers ? withoutStack : withoutOthers) as T;
  const names = byOthers
    ? ['--stack', given('url') ? '--url' : '--function']
    : ['RESNET_BENCH_STACK', url !== undefined ? 'RESNET_BENCH_URL' : 'RESNET_BENCH_FUNCTION'];
  throw new UsageError(`${names[0]} names a function, and so does ${names[1]}`, 'leave one of the two out');
}

/**
 * Asks for the stack where there is one: called at its URL, or by its API or by Invoke as `--front-door` says, with the name and the log group under which its
 * traces and lines are found. Throws SetupError when the stack does not tell.
 */
export async function withStack<T extends FunctionOptions>(
  asked: T,
  given: (name: string) => boolean,
  signal: AbortSignal,
): Promise<T> {
  const options = oneFunction(asked, given);
  const { stack, target, frontDoor } = options;
  if (stack === undefined || !target.includes('lambda')) return options;
  const found = await findStack(stack, signal);
  const { frontDoor: _, ...others } = options;
  return { ...others, ...functionOf(found, stack, frontDoor) } as unknown as T;
}

function functionOf(found: StackFunction, stack: string, frontDoor: FunctionOptions['frontDoor']) {
  const { logGroup } = found.outputs;
  const named = { function: outputOf(found, stack, 'functionArn'), ...(logGroup !== undefined && { logGroup }) };
  if (frontDoor === 'invoke') return named;
  const door = frontDoor ?? 'url';
  return { ...named, url: outputOf(found, stack, door === 'url' ? 'functionUrl' : 'httpApiUrl'), frontDoor: door };
}
