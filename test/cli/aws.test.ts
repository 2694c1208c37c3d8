/** `aws template` and `aws outputs`, `--stack`, and what becomes of each command when AWS refuses what it asks for: on the emulator in the place of AWS. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { complaint, onlyRun, ROOT, recordIn, type StartOptions, until, useProgram } from './program.ts';
import { reticentProxy } from './reticent-proxy.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const BOOTSTRAPS = join(ROOT, 'test', 'emulator', 'bootstraps');
const CALLS = ['--iterations', '2', '--warmup', '0', PICTURE];

interface Addresses {
  readonly functionUrl: string;
  readonly httpApiUrl: string;
  readonly invokeEndpoint: string;
}

async function emulate(...args: string[]): Promise<Addresses> {
  const running = await program.start(['emulate', '--json', ...args]);
  return JSON.parse(await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]));
}

const asUser = ({ invokeEndpoint }: Addresses) => ({
  ...{ AWS_ENDPOINT_URL: invokeEndpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
});

async function measured(args: readonly string[], env: StartOptions['env'] = {}) {
  const cwd = await program.fresh();
  const finished = await program.run(args, { cwd, env });
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  return { ...finished, record, lambda: record.targets.find(({ name }) => name === 'lambda')! };
}

let open: Addresses;
beforeAll(async () => {
  open = await emulate();
});

describe('aws template', () => {
  it('prints the template', async () => {
    const { code, stdout, stderr } = await program.run(['aws', 'template']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(await readFile(join(ROOT, 'lambda-image', 'template.yaml'), 'utf8'));
  });
});

describe('aws outputs', () => {
  it('prints what the stack tells', async () => {
    const text = await program.run(['aws', 'outputs', 'resnet-bench'], { env: asUser(open) });
    expect(text.stdout).toMatch(new RegExp(`^FunctionUrl +${open.functionUrl}$`, 'm'));
    expect(text.stdout).toMatch(/^LogGroup +\/aws\/lambda\/resnet-bench$/m);
    const json = await program.run(['aws', 'outputs', 'resnet-bench', '--json'], { env: asUser(open) });
    expect(JSON.parse(json.stdout)).toMatchObject({ FunctionName: 'resnet-bench', Region: 'us-east-1' });
  });

  it('knows no other stack', async () => {
    const { code, error, hint } = complaint(await program.run(['aws', 'outputs', 'other'], { env: asUser(open) }));
    expect([code, error]).toEqual([3, 'there is no stack other: Stack with id other does not exist']);
    expect(hint).toMatch(/AWS_REGION/);
  });
});

describe('--stack', () => {
  it.each([
    ['url', [], 'functionUrl', ''],
    ['http-api', ['--front-door', 'http-api'], 'httpApiUrl', 'classify'],
  ] as const)('calls the function by its %s, and finds traces and log lines', async (door, flags, address, path) => {
    const { code, lambda } = await measured(['lambda', '--stack', 'resnet-bench', ...flags, ...CALLS], asUser(open));
    expect(code).toBe(0);
    expect(lambda.info).toMatchObject({ frontDoor: door, url: open[address] + path, functionName: 'resnet-bench' });
    expect(new Set(lambda.samples.map(({ trace }) => trace))).toEqual(new Set(['complete']));
    expect(lambda.samples.every(({ timings }) => timings.billedMs !== undefined)).toBe(true);
  });

  it('calls it by Invoke', async () => {
    const args = ['lambda', '--stack', 'resnet-bench', '--front-door', 'invoke', ...CALLS];
    const { code, lambda } = await measured(args, asUser(open));
    expect(code).toBe(0);
    expect(lambda.info).toMatchObject({ frontDoor: 'invoke', functionName: 'resnet-bench', region: 'us-east-1' });
    expect(lambda.info).not.toHaveProperty('url');
  });

  it('by the environment gives way to a function on the command line', async () => {
    const env = { ...asUser(open), RESNET_BENCH_STACK: 'no-such-stack' };
    const { code } = await measured(['lambda', '--url', open.functionUrl, '--front-door', 'url', ...CALLS], env);
    expect(code).toBe(0);
  });

  it.each([
    [['--stack', 's', '--url', 'http://127.0.0.1:1/'], {}, '--stack names a function, and so does --url'],
    [['--stack', 's', '--function', 'f'], {}, '--stack names a function, and so does --function'],
    [
      [],
      { RESNET_BENCH_STACK: 's', RESNET_BENCH_FUNCTION: 'f' },
      'RESNET_BENCH_STACK names a function, and so does RESNET_BENCH_FUNCTION',
    ],
    [
      ['--stack', 's', '--memory', '512'],
      {},
      '--memory is for the emulated function, and --stack names a deployed one',
    ],
    [['--stack', 's', '--front-door', 'invoke', '--header', 'a: b'], {}, /^--header is for a deployed function/],
    [['--stack', ''], {}, '--stack must not be empty'],
  ] as const)('is refused with what contradicts it: %j %j', async (args, env, words) => {
    const { code, error } = complaint(await program.run(['lambda', ...args, PICTURE], { env }));
    expect(code).toBe(2);
    expect(error).toMatch(words);
  });
});

describe('a refusal', () => {
  let strict: Addresses;
  beforeAll(async () => {
    const denied = [
      ...['cloudformation:DescribeStacks', 'lambda:UpdateFunctionConfiguration', 'lambda:InvokeFunction'],
      ...['xray:BatchGetTraces', 'logs:FilterLogEvents', 'cloudwatch:GetMetricData'],
    ];
    strict = await emulate('--deny', denied.join());
  });
  const NAMED = ['--function', 'resnet-bench'];

  it.each([
    [['aws', 'outputs', 'resnet-bench'], 'cloudformation:DescribeStacks'],
    [['lambda', '--stack', 'resnet-bench', ...CALLS], 'cloudformation:DescribeStacks'],
    [['cold', ...NAMED, '-n', '1', PICTURE], 'lambda:UpdateFunctionConfiguration'],
    [
      ['sweep', ...NAMED, '--memory', '512,1024', '--iterations', '2', '--rounds', '1', PICTURE],
      'lambda:UpdateFunctionConfiguration',
    ],
  ])('of what nothing goes without ends %j, and names the policy', async (args, action) => {
    const { code, stderr } = await program.run(args, { env: asUser(strict) });
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`^error: .*${action}`, 'm'));
    const [command] = args;
    const named = args.includes('--function') ? `${command} --function resnet-bench;` : '--stack|outputs';
    expect(stderr).toMatch(new RegExp(`^hint: allow what .*resnet-bench aws policy (${named})`, 'm'));
  });

  it('of evidence leaves a warning each, and the calls unharmed', async () => {
    const { functionUrl } = strict;
    const url = ['--url', functionUrl, '--front-door', 'url', ...NAMED];
    const { code, lambda } = await measured(
      ['load', ...url, '--rate', '4', '--duration', '500ms', PICTURE],
      asUser(strict),
    );
    expect(code).toBe(0);
    const denied = lambda.warnings.filter(warning => /^(traces|logs|metrics)/.test(warning.code));
    expect(denied.map(warning => warning.code).sort()).toEqual(['logs-denied', 'metrics', 'traces-denied']);
    expect(denied.every(({ advice }) => advice.includes('resnet-bench aws policy'))).toBe(true);
  });

  it('to list traces leaves out those of calls that do not tell theirs', async () => {
    const taciturn = ['--bootstrap', `'${process.execPath}' taciturn.mjs`, '--task-root', BOOTSTRAPS];
    const silent = await emulate('--deny', 'xray:GetTraceSummaries,logs:FilterLogEvents', ...taciturn);
    const proxy = await reticentProxy(silent.functionUrl);
    onTestFinished(() => proxy.close());
    const args = ['lambda', '--url', `${proxy.url}/`, '--front-door', 'url', ...NAMED];
    const patience = ['--trace-patience', '500ms'];
    const { code, lambda } = await measured([...args, ...patience, ...CALLS], asUser(silent));
    expect(code).toBe(0);
    // What nobody could look for is not missing.
    expect(new Set(lambda.samples.map(({ trace }) => trace))).toEqual(new Set(['off']));
    expect(lambda.warnings).toContainEqual(
      expect.objectContaining({
        code: 'traces-left',
        message: expect.stringContaining('xray:GetTraceSummaries'),
        advice: expect.stringContaining('resnet-bench aws policy'),
      }),
    );
  });

  it('of the call fails each, and says so', async () => {
    const { code, stderr, lambda } = await measured(['lambda', ...NAMED, ...CALLS], asUser(strict));
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: nothing succeeded/m);
    const kinds = lambda.samples.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.error.kind));
    expect(new Set(kinds)).toEqual(new Set(['http-403']));
    expect(lambda.warnings).toContainEqual(
      expect.objectContaining({ code: 'forbidden', advice: expect.stringContaining('resnet-bench aws policy') }),
    );
  });

  it('of the configuration is a warning, and the calls go on', async () => {
    const unread = await emulate('--deny', 'lambda:GetFunctionConfiguration');
    const { code, lambda } = await measured(['lambda', ...NAMED, ...CALLS], asUser(unread));
    expect(code).toBe(0);
    expect(lambda.warnings).toContainEqual(
      expect.objectContaining({
        code: 'configuration-denied',
        advice: expect.stringContaining('resnet-bench aws policy lambda --function resnet-bench;'),
      }),
    );
    const doctor = await program.run(['doctor', ...NAMED], { env: asUser(unread) });
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(
      /^! function .*lambda:GetFunctionConfiguration\)\n +-> .*aws policy doctor --function resnet-bench$/m,
    );
    const cold = await program.run(['cold', ...NAMED, '-n', '1', PICTURE], { env: asUser(unread) });
    expect(cold.code).toBe(3);
    expect(cold.stderr).toMatch(/^error: .*lambda:GetFunctionConfiguration/m);
  });

  it('is told by the doctor, who goes on', async () => {
    const byStack = await program.run(['doctor', '--stack', 'resnet-bench'], { env: asUser(strict) });
    expect(byStack.code).toBe(3);
    expect(byStack.stdout).toMatch(/^✗ stack .*cloudformation:DescribeStacks\)\n +-> allow what this prints/m);
    expect(byStack.stdout).toMatch(/^✓ X-Ray /m);
  });

  it('of an action that nobody asks for is a mistake', async () => {
    const { code, error } = complaint(await program.run(['emulate', '--deny', 'lambda:DeleteFunction']));
    expect(code).toBe(2);
    expect(error).toMatch(/^--deny must be of .*lambda:InvokeFunction.*got "lambda:DeleteFunction"$/);
  });
});
