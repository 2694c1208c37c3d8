/** The emulator as the stock AWS CLI sees it. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/start.ts';
import { options } from './harness.ts';

const missing = spawnSync('aws', ['--version']).status !== 0;
if (missing)
  console.warn('skipped: no AWS CLI here (`aws --version` does not answer), so the emulator is not asked by it');

describe.skipIf(missing)('the AWS CLI', { timeout: 60_000 }, () => {
  let lambda: Emulator;
  let folder: string;
  beforeAll(async () => {
    lambda = await startEmulator(options(), AbortSignal.timeout(20_000));
    folder = await mkdtemp(join(tmpdir(), 'resnet-bench-aws-cli-'));
  });
  afterAll(async () => {
    await lambda.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function aws(...args: string[]) {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      // pyenv and its like find their programs by these.
      ...(process.env.PYENV_ROOT && { PYENV_ROOT: process.env.PYENV_ROOT }),
      AWS_ENDPOINT_URL: lambda.invokeEndpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    };
    const { stdout } = await promisify(execFile)(
      'aws',
      [...args, '--output', 'json', '--endpoint-url', lambda.invokeEndpoint],
      { env },
    );
    return JSON.parse(stdout);
  }

  it('invokes the function, and finds its log line and its trace', async () => {
    const [event, answer] = [join(folder, 'event.json'), join(folder, 'answer.json')];
    await writeFile(event, '{"answer": {"seven": 7}}');
    const from = Date.now() - 1_000;
    const invoked = await aws(
      'lambda',
      'invoke',
      '--function-name',
      'fn',
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
      '/aws/lambda/fn',
      '--filter-pattern',
      'REPORT',
    );
    expect(events.map(({ message }: { message: string }) => message).join('\n')).toContain(root);

    const { Traces } = await aws('xray', 'batch-get-traces', '--trace-ids', root!);
    const documents = Traces[0].Segments.map(({ Document }: { Document: string }) => JSON.parse(Document));
    expect(documents.map(({ origin }: { origin: string }) => origin)).toEqual(['AWS::Lambda', 'AWS::Lambda::Function']);

    const window = ['--start-time', String(from / 1e3), '--end-time', String(Date.now() / 1e3 + 1)];
    const filter = ['--filter-expression', 'resource.arn ENDSWITH ":function:fn"'];
    const { TraceSummaries } = await aws('xray', 'get-trace-summaries', ...window, ...filter);
    expect(TraceSummaries.map(({ Id }: { Id: string }) => Id)).toEqual([root]);
  });

  it('reads the configuration', async () => {
    expect(await aws('lambda', 'get-function-configuration', '--function-name', 'fn')).toMatchObject({
      MemorySize: 1024,
      TracingConfig: { Mode: 'Active' },
    });
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
