/** The CloudFormation template: every reference resolves, AWS's specification takes every property, and what is watched is what is emitted. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STACK_OUTPUTS } from '../../src/core/stack-outputs.ts';
import { DIMENSIONS, METRICS, NAMESPACE } from '../../src/handler/emf.ts';
import { instantiate, parseTemplate, type Stack, wrongProperties } from './cloudformation.ts';

const FILE = join(import.meta.dirname, '..', '..', 'lambda-image', 'template.yaml');
const TEXT = readFileSync(FILE, 'utf8');
const ImageUri = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/resnet-bench@sha256:ab';

/** Of every choice that a condition hangs on, both sides. */
const CHOICES = ['yes', 'no'].flatMap(HttpApi =>
  ['yes', 'no'].flatMap(JsonLogs =>
    ['', 'a@example.org'].flatMap(AlarmEmail =>
      [0, 5].map(Concurrency => ({ ImageUri, HttpApi, JsonLogs, AlarmEmail, Concurrency })),
    ),
  ),
);
const stacksOf = (text: string) => CHOICES.map(choice => instantiate(parseTemplate(text), choice));
const FULL = { ImageUri, HttpApi: 'yes', AlarmEmail: 'a@example.org' };
const full = () => instantiate(parseTemplate(TEXT), FULL);

interface Watched {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Of an alarm. */
  readonly unit?: string;
}

function onDashboard({ resources }: Stack): Watched[] {
  const { widgets } = JSON.parse(resources.Dashboard!.properties.DashboardBody) as {
    widgets: { properties: { metrics: (string | object)[][] } }[];
  };
  return widgets.flatMap(({ properties: { metrics } }) =>
    metrics.map(row => {
      const [namespace = '', name = '', ...dimensions] = row.filter(cell => typeof cell === 'string');
      const pairs = dimensions.flatMap((key, i) => (i % 2 === 0 ? [[key, dimensions[i + 1]!] as const] : []));
      return { namespace, name, dimensions: Object.fromEntries(pairs) };
    }),
  );
}

function inAlarms({ resources }: Stack): Watched[] {
  const alarms = Object.values(resources).filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  return alarms.map(({ properties: { Namespace, MetricName, Dimensions, Unit } }) => ({
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value])),
    unit: Unit,
  }));
}

/** Source: Lambda developer guide, "Types of metrics for Lambda functions". There is none of the init. */
const OF_LAMBDA = ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'UrlRequestLatency'];

/** Metrics that nobody emits, a line each. */
function unknownMetrics(watched: readonly Watched[]): string[] {
  return watched.flatMap(({ namespace, name, dimensions, unit }) => {
    const ours = METRICS.find(metric => metric.name === name);
    const known = namespace === NAMESPACE ? ours !== undefined : namespace === 'AWS/Lambda' && OF_LAMBDA.includes(name);
    const named = namespace === NAMESPACE ? [...DIMENSIONS] : ['FunctionName'];
    const right =
      known && Object.keys(dimensions).join() === named.join() && dimensions.FunctionName === 'ref-of-Function';
    const inUnit = namespace !== NAMESPACE || unit === undefined || unit === ours?.unit;
    return right && inUnit ? [] : [`${namespace} ${name} ${JSON.stringify(dimensions)} ${unit ?? ''}`];
  });
}

describe('the template', () => {
  it('resolves whatever is chosen, and AWS knows and takes each property', () => {
    const stacks = stacksOf(TEXT);
    expect(stacks).toHaveLength(16);
    expect(stacks.flatMap(wrongProperties)).toEqual([]);
  });

  it.each([
    ['a Ref', '!Ref RetentionDays', '!Ref RetentionDay', 'Ref RetentionDay: no such thing'],
    ['a GetAtt', '!GetAtt Url.FunctionUrl', '!GetAtt Url.Address', 'GetAtt Url.Address: no such attribute'],
    ['a Sub', 'ApiIntegration}', 'Integration}', 'Ref Integration: no such thing'],
    ['a condition', '[HasJsonLogs, JSON', '[HasLogs, JSON', 'there is no condition HasLogs'],
    ['an output without its condition', '    Condition: HasHttpApi\n    Desc', '    Desc', 'Ref Api: no such thing'],
  ])('would not resolve with %s that is wrong', (_, right, wrong, message) => {
    expect(TEXT).toContain(right);
    expect(() => stacksOf(TEXT.replace(right, wrong))).toThrow(message);
  });

  it.each([
    ['InvokedViaFunctionUrl: true', 'ViaUrl: true', 'InvokeByUrlPermission.ViaUrl is unknown'],
    ['      AuthType: NONE\n', '', 'Url.AuthType is missing'],
    ['HasJsonLogs, DEBUG', 'HasJsonLogs, TRACE', 'Function.LoggingConfig.SystemLogLevel is no string: "TRACE"'],
    ['Architectures: [!Ref Architecture]', 'Architectures: !Ref Architecture', 'is no array'],
    ['MemorySize: !Ref MemoryMb', 'MemorySize: !Ref ImageUri', 'MemorySize is no integer'],
  ])('would not be taken with a wrong property: %s', (right, wrong, message) => {
    expect(TEXT).toContain(right);
    expect(stacksOf(TEXT.replace(right, wrong)).flatMap(wrongProperties).join('\n')).toContain(message);
  });

  it('watches nothing but what the handler emits or Lambda counts', () => {
    const watched = [...onDashboard(full()), ...inAlarms(full())];
    expect(watched.length).toBeGreaterThan(20);
    expect(unknownMetrics(watched)).toEqual([]);
    const names = new Set(watched.filter(({ namespace }) => namespace === NAMESPACE).map(({ name }) => name));
    expect(METRICS.filter(({ name }) => !names.has(name))).toEqual([]);
  });

  it.each([
    ['"HandlerTime"', '"HandleTime"'],
    ['MetricName: MemoryUtilization', 'MetricName: MemoryUsage'],
    ['Unit: Percent', 'Unit: Count'],
    ['["AWS/Lambda", "Throttles", "FunctionName"', '["AWS/Lambda", "Throttles", "Function"'],
  ])('would be caught watching %s as %s', (right, wrong) => {
    const stack = instantiate(parseTemplate(TEXT.replace(right, wrong)), FULL);
    expect(unknownMetrics([...onDashboard(stack), ...inAlarms(stack)])).not.toEqual([]);
  });

  it('has the four panels and the four alarms', () => {
    const { widgets } = JSON.parse(full().resources.Dashboard!.properties.DashboardBody);
    expect(widgets.map(({ properties }: { properties: { title: string } }) => properties.title)).toEqual([
      'Processing times (mean)',
      'Resource use',
      'Lambda: calls, and what became of them',
      'Sizes of requests',
    ]);
    expect(inAlarms(full()).map(({ name }) => name)).toEqual(['Errors', 'Throttles', 'Duration', 'MemoryUtilization']);
  });

  it('lets a URL be called as it has to be since October 2025, and an API by its route only', () => {
    const permissions = Object.values(full().resources)
      .filter(({ type }) => type === 'AWS::Lambda::Permission')
      .map(({ properties: { FunctionName: _, ...others } }) => others);
    expect(permissions).toEqual([
      { Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
      { Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true },
      {
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: 'arn:aws:execute-api:eu-west-1:123456789012:ref-of-Api/*/POST/classify',
      },
    ]);
  });

  it('lets the function write its log and its traces, and do nothing else', () => {
    const [policy] = full().resources.Role!.properties.Policies;
    expect(
      policy.PolicyDocument.Statement.map(({ Action, Resource }: Record<string, unknown>) => [Action, Resource]),
    ).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], 'Arn-of-LogGroup'],
      [['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'],
    ]);
  });

  it('traces, and logs in JSON with the parts of each call or in text', () => {
    const logging = (JsonLogs: string) =>
      instantiate(parseTemplate(TEXT), { ImageUri, JsonLogs }).resources.Function!.properties;
    expect(logging('yes')).toMatchObject({
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' },
    });
    expect(logging('no').LoggingConfig).toEqual({ LogGroup: 'ref-of-LogGroup', LogFormat: 'Text' });
  });

  it('tells what --stack looks for', () => {
    const { outputs } = full();
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(Object.values(STACK_OUTPUTS)));
    expect(outputs[STACK_OUTPUTS.httpApiUrl]).toBe('https://ref-of-Api.execute-api.eu-west-1.amazonaws.com/classify');
    expect(instantiate(parseTemplate(TEXT), { ImageUri }).outputs).not.toHaveProperty(STACK_OUTPUTS.httpApiUrl);
  });

  it('takes images of ECR only', () => {
    const pattern = new RegExp(parseTemplate(TEXT).Parameters.ImageUri!.AllowedPattern!);
    expect(ImageUri).toMatch(pattern);
    expect('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:1').toMatch(pattern);
    for (const wrong of [
      'resnet-bench:1',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/resnet-bench',
      'public.ecr.aws/a/b:1',
    ])
      expect(wrong).not.toMatch(pattern);
  });
});

describe('docs/aws.md', () => {
  const DOCS = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'aws.md'), 'utf8');
  const { Parameters } = parseTemplate(TEXT);

  it('has a line for each parameter, with its default', () => {
    const rows = [...DOCS.matchAll(/^\| `(\w+)` \| (\S*) ?\|/gm)].map(([, name, value]) => [name, value]);
    const told = Object.entries(Parameters).map(([name, { Default = '' }]) => [name, String(Default)]);
    expect(rows).toEqual(told);
  });

  it('gives no other to a deployment', () => {
    const [, overrides = ''] = /--parameter-overrides (.*)/.exec(DOCS) ?? [];
    const names = [...overrides.matchAll(/(\w+)=/g)].map(([, name]) => name!);
    expect(names).toContain('ImageUri');
    expect(names.filter(name => !(name in Parameters))).toEqual([]);
  });
});

const linter = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' });
if (linter.status !== 0)
  console.warn('skipped: no cfn-lint here (pip install cfn-lint), so AWS’s linter does not look at the template');

it.skipIf(linter.status !== 0)('passes cfn-lint', () => {
  const { status, stdout, stderr } = spawnSync('cfn-lint', ['--non-zero-exit-code', 'informational', FILE], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
