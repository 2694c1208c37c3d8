/** `resnet-bench emulate` as the stock AWS CLI sees it. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, until, useProgram } from './program.ts';

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const missing = version.status !== 0;
if (missing)
  console.warn('skipped: no AWS CLI here (`aws --version` does not answer), so the emulator is not asked by it');

/** AWS_ENDPOINT_URL: since 1.29 and 2.13. */
const [major = 0, minor = 0] =
  /aws-cli\/(\d+)\.(\d+)/
    .exec(version.stdout ?? '')
    ?.slice(1)
    .map(Number) ?? [];
const knowsTheVariable = major === 1 ? minor >= 29 : minor >= 13;

describe.skipIf(missing)('the AWS CLI', { timeout: 60_000 }, () => {
  const program = useProgram();
  let endpoint: string;
  let folder: string;
  beforeAll(async () => {
    const bootstrap = `'${process.execPath}' echo.mjs`;
    const args = ['--bootstrap', bootstrap, '--task-root', join(ROOT, 'test', 'emulator', 'bootstraps')];
    const running = await program.start(['emulate', '--json', ...args]);
    const line = await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
    endpoint = JSON.parse(line).invokeEndpoint;
    folder = await mkdtemp(join(tmpdir(), 'resnet-bench-aws-cli-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function aws(...args: string[]) {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      // pyenv and its like find their programs by these.
      ...(process.env.PYENV_ROOT && { PYENV_ROOT: process.env.PYENV_ROOT }),
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    };
    const where = knowsTheVariable ? [] : ['--endpoint-url', endpoint];
    const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json', ...where], { env });
    // `wait` says nothing.
    return stdout === '' ? undefined : JSON.parse(stdout);
  }

  it('invokes the function, and finds its log line and its trace', async () => {
    const [event, answer] = [join(folder, 'event.json'), join(folder, 'answer.json')];
    await writeFile(event, '{"answer": {"seven": 7}}');
    const from = Date.now() - 1_000;
    const invoked = await aws(
      'lambda',
      'invoke',
      '--function-name',
      'resnet-bench',
      '--log-type',
      'Tail',
      '--payload',
      `fileb://${event}`,
      answer,
    );
    expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(JSON.parse(await readFile(answer, 'utf8'))).toEqual({ seven: 7 });
    const [, root] = /XRAY TraceId: (\S+)/.exec(Buffer.from(invoked.LogResult, 'base64').toString())!;

    const { events } = await aws(
      'logs',
      'filter-log-events',
      '--log-group-name',
      '/aws/lambda/resnet-bench',
      '--filter-pattern',
      'REPORT',
    );
    expect(events.map(({ message }: { message: string }) => message).join('\n')).toContain(root);

    const { Traces } = await aws('xray', 'batch-get-traces', '--trace-ids', root!);
    const documents = Traces[0].Segments.map(({ Document }: { Document: string }) => JSON.parse(Document));
    expect(documents.map(({ origin }: { origin: string }) => origin)).toEqual(['AWS::Lambda', 'AWS::Lambda::Function']);

    const window = ['--start-time', String(from / 1e3), '--end-time', String(Date.now() / 1e3 + 1)];
    const filter = ['--filter-expression', 'resource.arn ENDSWITH ":function:resnet-bench"'];
    const { TraceSummaries } = await aws('xray', 'get-trace-summaries', ...window, ...filter);
    expect(TraceSummaries.map(({ Id }: { Id: string }) => Id)).toEqual([root]);
  });

  it('reads the configuration', async () => {
    expect(await aws('lambda', 'get-function-configuration', '--function-name', 'resnet-bench')).toMatchObject({
      MemorySize: 1024,
      TracingConfig: { Mode: 'Active' },
    });
  });

  it('changes the configuration, and waits for it', async () => {
    const named = ['--function-name', 'resnet-bench'];
    const changed = await aws('lambda', 'update-function-configuration', ...named, '--memory-size', '512');
    expect(changed).toMatchObject({ MemorySize: 512, LastUpdateStatus: 'InProgress' });
    await aws('lambda', 'wait', 'function-updated-v2', ...named);
    const after = await aws('lambda', 'get-function-configuration', ...named);
    expect(after).toMatchObject({ MemorySize: 512, LastUpdateStatus: 'Successful' });
    await aws('lambda', 'update-function-configuration', ...named, '--memory-size', '1024');
    await aws('lambda', 'wait', 'function-updated-v2', ...named);
  });

  it('knows who asks, and the stack of the function', async () => {
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: '123456789012' });
    const { Stacks } = await aws('cloudformation', 'describe-stacks', '--stack-name', 'resnet-bench');
    expect(Stacks).toMatchObject([{ StackName: 'resnet-bench', StackStatus: 'CREATE_COMPLETE' }]);
    expect(Stacks[0].Outputs).toContainEqual({ OutputKey: 'FunctionName', OutputValue: 'resnet-bench' });
    await expect(aws('cloudformation', 'describe-stacks', '--stack-name', 'other')).rejects.toThrow('does not exist');
  });

  it.skipIf(!knowsTheVariable)('finds the metrics of a call', async () => {
    const [event, answer] = [join(folder, 'event.json'), join(folder, 'answer.json')];
    await writeFile(event, '{}');
    await aws('lambda', 'invoke', '--function-name', 'resnet-bench', '--payload', `fileb://${event}`, answer);
    const dimensions = [{ Name: 'FunctionName', Value: 'resnet-bench' }];
    const metric = { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions: dimensions };
    const queries = JSON.stringify([{ Id: 'calls', MetricStat: { Metric: metric, Period: 3_600, Stat: 'Sum' } }]);
    const window = [Date.now() - 3_000_000, Date.now() + 60_000].map(ms => new Date(ms).toISOString());
    const times = ['--start-time', window[0]!, '--end-time', window[1]!];
    const { MetricDataResults } = await aws(
      'cloudwatch',
      'get-metric-data',
      ...times,
      '--metric-data-queries',
      queries,
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'calls', Label: 'Invocations', StatusCode: 'Complete' }]);
    expect(MetricDataResults[0].Values[0]).toBeGreaterThan(0);
  });

  it('is told what is wrong', async () => {
    await expect(
      aws('xray', 'batch-get-traces', '--trace-ids', ...Array(6).fill('1-00000000-000000000000000000000000')),
    ).rejects.toThrow('InvalidRequestException');
    await expect(aws('logs', 'filter-log-events', '--log-group-name', '/aws/lambda/other')).rejects.toThrow(
      'ResourceNotFoundException',
    );
  });
});
