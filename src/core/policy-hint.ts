/** The command that prints what must be allowed, for hints: of one command and function where they are known, else of all. */
export const POLICY = 'resnet-bench aws policy';

export function policyOf(command: string | undefined, functionName: string | undefined): string {
  const named = functionName === undefined ? [] : ['--function', functionName];
  return [POLICY, ...(command === undefined ? [] : [command]), ...named].join(' ');
}
