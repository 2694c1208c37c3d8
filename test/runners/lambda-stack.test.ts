/** Stacks as CloudFormation tells of them: done or not, ours or not, on a server that plays it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SetupError } from '../../src/core/errors.ts';
import { findStack, outputOf } from '../../src/runners/lambda-stack.ts';

/** Status, reason and outputs of the stack that is asked for, by its name. */
const STACKS: Record<string, { status: string; reason?: string; outputs?: Record<string, string> }> = {
  made: { status: 'CREATE_COMPLETE', outputs: { FunctionUrl: 'https://x', FunctionArn: 'arn:f', Other: 'a &amp; b' } },
  changed: { status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', outputs: { FunctionArn: 'arn:f' } },
  'put-back': { status: 'UPDATE_ROLLBACK_COMPLETE', outputs: { FunctionArn: 'arn:f' } },
  foreign: { status: 'CREATE_COMPLETE' },
  making: { status: 'CREATE_IN_PROGRESS' },
  changing: { status: 'UPDATE_IN_PROGRESS' },
  half: { status: 'UPDATE_ROLLBACK_FAILED' },
  failed: { status: 'ROLLBACK_COMPLETE', reason: 'the image &lt;x&gt; is not there' },
};

function answer(name: string): { status: number; body: string } {
  const stack = STACKS[name];
  if (stack === undefined) {
    const code = name === 'expired' ? 'ExpiredToken' : name === 'broken' ? 'InternalFailure' : 'ValidationError';
    const message = `Stack with id ${name} does not exist`;
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status: name === 'broken' ? 500 : 400, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const { status, reason, outputs = {} } = stack;
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const why = reason === undefined ? '' : `<StackStatusReason>${reason}</StackStatusReason>`;
  const facts = `<StackName>${name}</StackName><StackStatus>${status}</StackStatus>${why}`;
  const told = `<member>${facts}<Outputs>${members.join('')}</Outputs></member>`;
  const result = `<DescribeStacksResult><Stacks>${told}</Stacks></DescribeStacksResult>`;
  return { status: 200, body: `<DescribeStacksResponse>${result}</DescribeStacksResponse>` };
}

const asked: { name: string; scope: string }[] = [];
const server = createServer(async (request, response) => {
  let form = '';
  for await (const chunk of request) form += chunk;
  const name = new URLSearchParams(form).get('StackName') ?? '';
  asked.push({ name, scope: /Credential=[^/]+\/\d+\/([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '' });
  const { status, body } = answer(name.split('/').at(name.startsWith('arn:') ? 1 : 0)!);
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
});
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
});

const signal = new AbortController().signal;
const find = (name: string) => findStack(name, signal);
const refusal = async (ask: () => unknown): Promise<SetupError> => {
  try {
    await ask();
  } catch (thrown) {
    if (thrown instanceof SetupError) return thrown;
    throw thrown;
  }
  throw new Error('it was not refused');
};

describe('a stack', () => {
  it('that is made tells its outputs, in one call', async () => {
    const before = asked.length;
    const { outputs, all } = await find('made');
    expect(outputs).toEqual({ functionUrl: 'https://x', functionArn: 'arn:f' });
    expect(all.Other).toBe('a & b');
    expect(asked.slice(before)).toEqual([{ name: 'made', scope: 'us-east-1/cloudformation/aws4_request' }]);
  });

  it.each(['changed', 'put-back'])('that is %s is there too', async name => {
    expect((await find(name)).outputs.functionArn).toBe('arn:f');
  });

  it('is looked for in the region of its ARN', async () => {
    const arn = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/made/0';
    await find(arn);
    expect(asked.at(-1)).toEqual({ name: arn, scope: 'eu-west-1/cloudformation/aws4_request' });
  });

  it.each([
    [
      'making',
      'the stack making is CREATE_IN_PROGRESS',
      'aws cloudformation wait stack-create-complete --stack-name making',
    ],
    ['changing', 'the stack changing is UPDATE_IN_PROGRESS', 'aws cloudformation wait stack-update-complete'],
    ['failed', 'the stack failed is ROLLBACK_COMPLETE: the image <x> is not there', 'delete-stack --stack-name failed'],
    ['half', 'the stack half is UPDATE_ROLLBACK_FAILED', 'says why; deploy it again'],
    ['nowhere', 'there is no stack nowhere: Stack with id nowhere does not exist', 'AWS_REGION'],
    ['expired', 'there are no AWS credentials that are good', 'aws sso login'],
    ['broken', 'CloudFormation did not answer as it should', 'describe-stacks'],
  ])('%s is refused', async (name, message, hint) => {
    const error = await refusal(() => find(name));
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('of another template has no function', async () => {
    const stack = await find('foreign');
    const error = await refusal(() => outputOf(stack, 'foreign', 'functionUrl'));
    expect(error.message).toBe('the stack foreign has no output FunctionUrl');
    expect(error.hint).toContain('resnet-bench aws template');
  });

  it('without an HTTP API says how to have one', async () => {
    const stack = await find('made');
    const error = await refusal(() => outputOf(stack, 'made', 'httpApiUrl'));
    expect(error.hint).toContain('HttpApi=yes');
  });
});
