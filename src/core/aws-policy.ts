/** What each command asks of AWS, as the smallest IAM policy that lets it. Source: Service Authorization Reference, for the resources that an action can be held to. */
import { UsageError } from './errors.ts';

export const POLICY_COMMANDS = [
  ...['lambda', 'soak', 'cold', 'warm', 'load', 'sweep', 'resume', 'serve'],
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
  /** Of a function that logs elsewhere than in `/aws/lambda/NAME` (its LoggingConfig). */
  readonly logGroup?: string;
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
type Need = 'stack' | 'configuration' | 'call' | 'change' | 'traces' | 'listing' | 'destination' | 'logs' | 'metrics';

const ACTIONS: Readonly<Record<Need, readonly string[]>> = {
  stack: ['cloudformation:DescribeStacks'],
  configuration: ['lambda:GetFunctionConfiguration'],
  call: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
  change: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
  traces: ['xray:BatchGetTraces', 'xray:GetTraceSegmentDestination'],
  // Of calls that do not tell which trace is theirs, once a run is over.
  listing: ['xray:GetTraceSummaries'],
  destination: ['xray:GetTraceSegmentDestination'],
  logs: ['logs:FilterLogEvents'],
  metrics: ['cloudwatch:GetMetricData'],
};

/** All that any command asks for, and may be refused. */
export const AWS_ACTIONS = [...new Set(Object.values(ACTIONS).flat())].sort();

/** Asked for, and refused to nobody: no policy need allow it. Source: STS API reference, GetCallerIdentity. */
export const WITHOUT_PERMISSION = ['sts:GetCallerIdentity'];

const EVIDENCE = ['traces', 'listing', 'logs'] as const;

/** Beside what it takes to call. */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  lambda: EVIDENCE,
  warm: EVIDENCE,
  // It is never over.
  serve: ['traces', 'logs'],
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

/** Regions and accounts that no ARN tells stay open. Throws UsageError for names that no function, stack or log group can have. */
export function policyFor(question: PolicyQuestion): PolicyDocument {
  const needs = question.commands.flatMap(command => needsOf(command, question.namedBy));
  const actions = [...new Set(needs.flatMap(need => ACTIONS[need]))].sort();
  const byService = (prefix: string) => actions.filter(action => action.startsWith(prefix));
  const { lambdaArn, logArn } = functionResources(question.functionName, question.logGroup);
  const statements: [string, string[], string][] = [
    ['Stack', byService('cloudformation:'), stackResource(question.stackName)],
    ['Function', byService('lambda:'), lambdaArn],
    ['Log', byService('logs:'), logArn],
    // Neither service knows resources for these.
    ['Traces', byService('xray:'), '*'],
    ['Metrics', byService('cloudwatch:'), '*'],
  ];
  return {
    Version: '2012-10-17',
    Statement: statements.flatMap(([Sid, Action, Resource]) =>
      Action.length === 0 ? [] : [{ Sid, Effect: 'Allow' as const, Action, Resource }],
    ),
  };
}

/** Of a name, a partial or a whole ARN, with or without a qualifier. */
function functionResources(given: string, logGroup: string | undefined): { lambdaArn: string; logArn: string } {
  const pattern = /^(?:(?:arn:([\w-]+):lambda:([\w-]+):)?(\d{12}):function:)?([\w-]+)(:[\w$-]+)?$/;
  const [whole, partition = 'aws', region = '*', account = '*', name, qualifier = ''] = pattern.exec(given) ?? [];
  if (whole === undefined) {
    throw new UsageError(`no function has the name ${given}`, 'a name, or arn:aws:lambda:REGION:ACCOUNT:function:NAME');
  }
  return {
    lambdaArn: `arn:${partition}:lambda:${region}:${account}:function:${name}${qualifier}`,
    logArn: `arn:${partition}:logs:${region}:${account}:log-group:${groupName(logGroup ?? `/aws/lambda/${name}`)}:*`,
  };
}

/** Source: CloudWatch Logs API reference, CreateLogGroup. */
function groupName(given: string): string {
  if (/^[\w./#-]{1,512}$/.test(given)) return given;
  throw new UsageError(`no log group has the name ${given}`, 'letters, digits and ._-/#, such as /aws/lambda/NAME');
}

function stackResource(given: string): string {
  if (/^arn:[\w-]+:cloudformation:[\w-]+:\d{12}:stack\/[\w-]+\/[\w-]+$/.test(given)) return given;
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(given)) return `arn:aws:cloudformation:*:*:stack/${given}/*`;
  throw new UsageError(`no stack has the name ${given}`, 'letters, digits and hyphens, or its ARN');
}
