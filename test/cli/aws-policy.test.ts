/** What each command asks of AWS, as the emulator has noted it, is what its printed policy allows: no action less, and none more. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AWS_ACTIONS, type PolicyDocument, WITHOUT_PERMISSION } from '../../src/core/aws-policy.ts';
import { actionListSchema, CONTROL_PATHS } from '../../src/emulator/control-answer.ts';
import { asBody, post, serve } from '../web/serving.ts';
import { complaint, ROOT, runWithSamples, until, useProgram } from './program.ts';
import { type ReticentProxy, reticentProxy } from './reticent-proxy.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const FUNCTION = ['--function', 'resnet-bench'];

/** All is looked for once, when the run is over. */
const LATE = ['--trace-interval', '30s', '--trace-patience', '1s'];

let functionUrl: string;
let invokeEndpoint: string;
let awsUrl: string;
const proxies: ReticentProxy[] = [];
beforeAll(async () => {
  const taciturn = [
    '--bootstrap',
    `'${process.execPath}' taciturn.mjs`,
    '--task-root',
    join(ROOT, 'test/emulator/bootstraps'),
  ];
  const running = await program.start(['emulate', '--json', ...taciturn]);
  const line = await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
  const addresses = JSON.parse(line);
  ({ invokeEndpoint } = addresses);
  const atUrl = await reticentProxy(addresses.functionUrl);
  functionUrl = `${atUrl.url}/`;
  const atAws = await reticentProxy(invokeEndpoint, text => text.replaceAll(addresses.functionUrl, functionUrl));
  awsUrl = atAws.url;
  proxies.push(atUrl, atAws);
});
afterAll(() => {
  for (const proxy of proxies) proxy.close();
});

const env = () => ({
  ...{ AWS_ENDPOINT_URL: awsUrl, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
});

async function counts(): Promise<Map<string, number>> {
  const list = await (await fetch(invokeEndpoint + CONTROL_PATHS.actions)).json();
  return new Map(actionListSchema.parse(list).actions.map(({ action, count }) => [action, count]));
}

/** Actions that the program asks for when it runs so. */
async function askedBy(args: readonly string[], cwd?: string): Promise<{ actions: string[]; stderr: string }> {
  const before = await counts();
  const { stderr, code } = await program.run(args, { env: env(), ...(cwd !== undefined && { cwd }) });
  expect(code, stderr).toBe(0);
  return { actions: newSince(before, await counts()), stderr };
}

/** But for those that take no permission. */
function newSince(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  const asked = [...after].filter(([action, count]) => count > (before.get(action) ?? 0)).map(([action]) => action);
  return asked.filter(action => !WITHOUT_PERMISSION.includes(action)).sort();
}

async function allowedBy(...args: string[]): Promise<PolicyDocument> {
  const { stdout, code } = await program.run(['aws', 'policy', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const actionsOf = ({ Statement }: PolicyDocument) => Statement.flatMap(({ Action }) => Action).sort();

const CALLS = ['--iterations', '2', '--warmup', '0'];
const LOAD = ['--rate', '4', '--duration', '500ms', '--metric-patience', '500ms'];
const SOAK = ['--interval', '200ms', '--duration', '600ms', '--target', 'lambda'];

describe('the policy', () => {
  it.each([
    ['lambda', [], [...FUNCTION, ...CALLS, ...LATE]],
    ['lambda', ['--url'], ['--url', 'THE URL', '--front-door', 'url', ...FUNCTION, ...CALLS, ...LATE]],
    ['lambda', ['--stack', 'resnet-bench'], ['--stack', 'resnet-bench', ...CALLS, ...LATE]],
    ['warm', [], [...FUNCTION, '--window', '2', '--duration', '500ms', ...LATE]],
    ['soak', [], [...FUNCTION, ...SOAK, ...LATE]],
    ['load', [], [...FUNCTION, ...LOAD, ...LATE]],
    ['cold', [], [...FUNCTION, '-n', '1', ...LATE]],
    ['cold', ['--stack', 'resnet-bench'], ['--stack', 'resnet-bench', '-n', '1', ...LATE]],
    [
      'sweep',
      [],
      [...FUNCTION, '--memory', '512,1024', '--rounds', '1', '--iterations', '1', '--warmup', '0', ...LATE],
    ],
    ['outputs', [], []],
    ['doctor', [], FUNCTION],
    ['doctor', ['--url'], ['--url', 'THE URL']],
    ['doctor', ['--stack', 'resnet-bench'], ['--stack', 'resnet-bench']],
  ])('of %s %j allows what it asks for, and no more', async (command, how, args) => {
    const given = args.map(arg => (arg === 'THE URL' ? functionUrl : arg));
    const measures = !['outputs', 'doctor'].includes(command);
    const words = command === 'outputs' ? ['aws', 'outputs', 'resnet-bench'] : [command, ...given];
    const { actions, stderr } = await askedBy(measures ? [...words, PICTURE] : words);
    expect(actions, stderr).toEqual(actionsOf(await allowedBy(command, ...how)));
  });

  it('of resume allows what it asks for, and no more', async () => {
    const cwd = await program.fresh();
    const soak = ['soak', ...FUNCTION, '--interval', '300ms', '--duration', '1500ms', '--target', 'lambda', ...LATE];
    const running = await program.start([...soak, PICTURE], { cwd, env: env() });
    await runWithSamples(join(cwd, 'reports'), 1);
    running.child.kill('SIGKILL');
    await running.done;
    const { actions, stderr } = await askedBy(['resume'], cwd);
    expect(actions, stderr).toEqual(actionsOf(await allowedBy('resume')));
  });

  it('of serve allows what it asks for, and no more', async () => {
    const before = await counts();
    const late = ['--trace-interval', '200ms', '--trace-attempts', '3'];
    const serving = await serve(program, ['--stack', 'resnet-bench', ...late], { env: env() });
    await post(serving, asBody(await readFile(PICTURE)), '/classify?target=lambda');
    const allowed = actionsOf(await allowedBy('serve', '--stack', 'resnet-bench'));
    await until('all that it may ask to be asked for', async () => {
      const actions = newSince(before, await counts());
      return allowed.every(action => actions.includes(action));
    });
    // What it asks for when it ends counts too.
    serving.running.child.kill('SIGTERM');
    expect((await serving.running.done).code).toBe(143);
    expect(newSince(before, await counts())).toEqual(allowed);
  });

  it('of all commands is what any of them asks for', async () => {
    expect(actionsOf(await allowedBy())).toEqual(AWS_ACTIONS);
  });
});

describe('its resources', () => {
  it('are that function, its log and that stack; all, where AWS knows none', async () => {
    const resources = async (...args: string[]) =>
      Object.fromEntries((await allowedBy(...args)).Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    expect(await resources('soak', '--stack', 'mine')).toEqual({
      Stack: 'arn:aws:cloudformation:*:*:stack/mine/*',
      Log: 'arn:aws:logs:*:*:log-group:/aws/lambda/mine:*',
      Traces: '*',
      Metrics: '*',
    });
    expect(
      await resources('cold', '--function', 'arn:aws-cn:lambda:cn-north-1:123456789012:function:mine:live'),
    ).toEqual({
      Function: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:mine:live',
      Log: 'arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/mine:*',
      Traces: '*',
    });
  });

  it('are the log group that the function writes to, where that has another name', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:mine';
    const { Statement } = await allowedBy('lambda', '--function', arn, '--log-group', '/teams/vision');
    expect(Statement.find(({ Sid }) => Sid === 'Log')!.Resource).toBe(
      'arn:aws:logs:eu-west-1:123456789012:log-group:/teams/vision:*',
    );
  });

  it('come with the two permissions that a URL takes', async () => {
    const { stderr } = await program.run(['aws', 'policy', '--url', '--function', 'mine']);
    const permissions = stderr.match(/aws lambda add-permission .*/g) ?? [];
    expect(permissions).toHaveLength(2);
    expect(permissions[0]).toMatch(/ mine .*lambda:InvokeFunctionUrl --function-url-auth-type NONE$/);
    expect(permissions[1]).toMatch(/ mine .*lambda:InvokeFunction --invoked-via-function-url$/);
  });

  it('are those of an ARN of a stack, too', async () => {
    const arn = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/mine/0a-1b';
    const { Statement } = await allowedBy('doctor', '--stack', arn);
    expect(Statement.map(({ Resource }) => Resource)).toEqual([
      arn,
      'arn:aws:lambda:eu-west-1:123456789012:function:mine',
      '*',
    ]);
  });

  it.each([
    [['--function', 'a b'], 'no function has the name a b'],
    [['--function', '*'], 'no function has the name *'],
    [['--function', 'f', '--stack', 'a/*'], 'no stack has the name a/*'],
    [['--log-group', '/a:*'], 'no log group has the name /a:*'],
  ])('are of names that there can be: %j', async (args, message) => {
    const { code, error } = complaint(await program.run(['aws', 'policy', 'doctor', ...args]));
    expect([code, error]).toEqual([2, message]);
  });

  it('are of commands that there are', async () => {
    expect(complaint(await program.run(['aws', 'policy', 'sak']))).toEqual({
      code: 2,
      error: 'sak is no command that asks AWS anything',
      hint: 'did you mean soak?',
    });
  });
});
