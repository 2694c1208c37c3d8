/** What each command asks of AWS, as the smallest IAM policy that lets it. Source: Service Authorization Reference, for the resources that an action can be held to. */

export const POLICY_COMMANDS = [
  ...['lambda', 'soak', 'cold', 'warm', 'load', 'sweep', 'resume'],
  ...['outputs', 'doctor'],
] as const;

/** How the function is named to the command. */
export type NamedBy = 'function' | 'url' | 'stack';

export interface PolicyQuestion {
  /** Of `POLICY_COMMANDS`. */
  readonly commands: readonly string[];
  readonly namedBy: NamedBy;
  /** Name or ARN. */
  readonly functionName: string;
  /** Name or ARN; `namedBy` stack. */
  readonly stackName: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** What is asked of one kind of resource, and for what. */
type Need = 'stack' | 'configuration' | 'call' | 'change' | 'traces' | 'destination' | 'logs' | 'metrics';

const ACTIONS: Readonly<Record<Need, readonly string[]>> = {
  stack: ['cloudformation:DescribeStacks'],
  configuration: ['lambda:GetFunctionConfiguration'],
  call: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
  change: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
  traces: ['xray:BatchGetTraces', 'xray:GetTraceSummaries', 'xray:GetTraceSegmentDestination'],
  destination: ['xray:GetTraceSegmentDestination'],
  logs: ['logs:FilterLogEvents'],
  metrics: ['cloudwatch:GetMetricData'],
};

/** All that any command asks for, and may be refused. */
export const AWS_ACTIONS = [...new Set(Object.values(ACTIONS).flat())].sort();

/** Asked for, and refused to nobody: no policy need allow it. Source: STS API reference, GetCallerIdentity. */
export const WITHOUT_PERMISSION = ['sts:GetCallerIdentity'];

const EVIDENCE = ['traces', 'logs'] as const;

/** Beside what it takes to call. */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  lambda: EVIDENCE,
  warm: EVIDENCE,
  soak: [...EVIDENCE, 'metrics'],
  resume: [...EVIDENCE, 'metrics'],
  load: [...EVIDENCE, 'metrics'],
  cold: [...EVIDENCE, 'change'],
  sweep: [...EVIDENCE, 'change'],
};

function needsOf(command: string, namedBy: NamedBy): readonly Need[] {
  const byStack: readonly Need[] = namedBy === 'stack' ? ['stack'] : [];
  if (command === 'outputs') return ['stack'];
  if (command === 'doctor')
    return [...byStack, ...(namedBy === 'url' ? [] : (['configuration'] as const)), 'destination'];
  // A run that goes on knows the function of its stack.
  const found = command === 'resume' ? [] : byStack;
  const called: readonly Need[] = namedBy === 'function' ? ['call'] : [];
  return [...found, ...called, ...(NEEDS[command] ?? [])];
}

/** Regions and accounts that no ARN tells stay open. */
export function policyFor(question: PolicyQuestion): PolicyDocument {
  const needs = question.commands.flatMap(command => needsOf(command, question.namedBy));
  const actions = [...new Set(needs.flatMap(need => ACTIONS[need]))].sort();
  const byService = (prefix: string) => actions.filter(action => action.startsWith(prefix));
  const { name, lambdaArn, logArn } = functionResources(question.functionName);
  const statements: [string, string[], string][] = [
    ['Stack', byService('cloudformation:'), stackResource(question.stackName)],
    ['Function', byService('lambda:'), lambdaArn],
    ['Log', byService('logs:'), logArn],
    // Neither service knows resources for these.
    ['Traces', byService('xray:'), '*'],
    ['Metrics', byService('cloudwatch:'), '*'],
  ];
  if (name === '') throw new Error('a policy for a function without a name');
  return {
    Version: '2012-10-17',
    Statement: statements.flatMap(([Sid, Action, Resource]) =>
      Action.length === 0 ? [] : [{ Sid, Effect: 'Allow' as const, Action, Resource }],
    ),
  };
}

/** Of a name, a partial or a whole ARN, with or without a qualifier. */
function functionResources(given: string): { name: string; lambdaArn: string; logArn: string } {
  const arn = /^arn:([^:]+):lambda:([^:]+):(\d+):function:([^:]+)(:[^:]+)?$/.exec(given);
  const partial = /^(?:(\d{12}):function:)?([^:]+)(:[^:]+)?$/.exec(given);
  const [partition, region, account] = [arn?.[1] ?? 'aws', arn?.[2] ?? '*', arn?.[3] ?? partial?.[1] ?? '*'];
  const name = arn?.[4] ?? partial?.[2] ?? '';
  const qualifier = arn?.[5] ?? partial?.[3] ?? '';
  return {
    name,
    lambdaArn: `arn:${partition}:lambda:${region}:${account}:function:${name}${qualifier}`,
    logArn: `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${name}:*`,
  };
}

function stackResource(given: string): string {
  return given.startsWith('arn:') ? given : `arn:aws:cloudformation:*:*:stack/${given}/*`;
}
