/** What `lambda` and `soak` find out of their calls beside the answers, through the program: on the emulator, by AWS's own way of being asked, and on bad days. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { type Script, scriptedAws } from '../aws/scripted-aws.ts';
import { complaint, onlyRun, ROOT, type Running, recordIn, type StartOptions, until, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const MS = 1;

interface Measured {
  readonly stdout: string;
  readonly stderr: string;
  readonly record: RunRecord;
  readonly samples: readonly Sample[];
  readonly codes: readonly string[];
}

async function measure(args: readonly string[], env: StartOptions['env'] = {}): Promise<Measured> {
  const cwd = await program.fresh();
  const { code, stdout, stderr } = await program.run(
    ['lambda', '--iterations', '5', '--warmup', '0', ...args, PICTURE],
    { cwd, env },
  );
  expect(stderr).not.toMatch(/^error|Warning/m);
  expect(code).toBe(0);
  const record = await recordIn(await onlyRun(join(cwd, 'reports')));
  const { samples, warnings } = record.targets.find(({ name }) => name === 'lambda')!;
  return {
    stdout,
    stderr,
    record,
    samples, // A model that takes a tenth of a millisecond has calls that take ten times that.
    codes: warnings.map(warning => warning.code).filter(code => code !== 'slow-calls'),
  };
}

interface Emulating extends Running {
  readonly functionUrl: string;
  readonly httpApiUrl: string;
  readonly invokeEndpoint: string;
}

async function emulate(...args: string[]): Promise<Emulating> {
  const running = await program.start(['emulate', '--json', ...args]);
  const line = await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]);
  return { ...running, ...JSON.parse(line) };
}

const asUser = (endpoint: string) => ({
  ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
});

function expectNested({ samples }: Measured): void {
  for (const { timings, issuedMs, completedMs, trace, evidence, start } of samples) {
    expect(trace).toBe('complete');
    const { networkMs, unexplainedMs, serviceSideMs, handlerMs, initMs = 0, invocationMs, overheadMs } = timings;
    const { durationMs, billedMs } = timings;
    const inits = start === 'cold' ? initMs : 0;
    expect(networkMs! + unexplainedMs! + handlerMs! + inits).toBeCloseTo(completedMs - issuedMs, 3);
    expect(networkMs!).toBeGreaterThanOrEqual(-MS);
    expect(unexplainedMs!).toBeGreaterThanOrEqual(-MS);
    expect(invocationMs!).toBeLessThanOrEqual(serviceSideMs! + MS);
    expect(invocationMs! + overheadMs!).toBeCloseTo(durationMs!, 0);
    expect(billedMs!).toBeGreaterThanOrEqual(Math.floor(durationMs! + (evidence!.log!.initMs ?? 0)));
  }
}

describe.each([
  ['url', 'old'],
  ['url', 'new'],
  ['http-api', 'old'],
  ['http-api', 'new'],
  ['invoke', 'old'],
] as const)('by %s, traces in the %s layout', (door, layout) => {
  it('has the parts of each call, its init before its invocation, and tells cold from warm', async () => {
    const measured = await measure(['--front-door', door, '--trace-layout', layout]);
    expectNested(measured);
    const { samples, codes, record, stdout } = measured;
    expect(record.targets[0]!.info).toMatchObject({ frontDoor: door, emulated: true, functionName: 'resnet-bench' });
    expect(samples.map(({ start, traceJoin }) => [start, traceJoin])).toEqual([
      ['cold', 'handler'],
      ...Array(5).fill(['warm', 'handler']),
    ]);
    expect(samples.every(({ evidence }) => evidence!.trace!.layout === layout)).toBe(true);
    const [cold] = samples;
    const { spans, initAhead } = cold!.evidence!.trace!;
    const init = spans.find(({ part }) => part === 'init')!;
    const fn = spans.find(({ part }) => part === 'function')!;
    expect(initAhead).toBe(false);
    expect(init.startMs).toBeGreaterThanOrEqual(-MS);
    expect(init.endMs!).toBeLessThanOrEqual(fn.startMs + 0.001);
    expect(cold!.memory.maxUsedMb).toBeGreaterThan(20);
    expect(codes).toEqual(['no-limits']);
    expect(stdout).toMatch(/^network +/m);
    expect(stdout).toMatch(/^billed +/m);
  });
});

describe('an environment made ahead', () => {
  it.each([
    [['--trace-layout', 'old']],
    [['--trace-layout', 'new']],
    [['--no-traces']],
    [['--no-traces', '--no-logs']],
  ])('is told from one made for the call: %j', async args => {
    const { samples } = await measure(['--proactive', '1', ...args]);
    expect(samples.map(({ start }) => start)).toEqual(['proactive', ...Array(5).fill('warm')]);
    const traced = !args.includes('--no-traces');
    expect(samples[0]!.startBy).toBe(traced ? 'trace' : 'handler');
    if (traced) expect(samples[0]!.evidence!.trace!.initAhead).toBe(true);
  });
});

describe('how long it looks', () => {
  it('waits at the end for traces that are late', async () => {
    const { samples } = await measure(['--trace-delay', '1500ms']);
    expect(samples.map(({ trace }) => trace)).toEqual(Array(6).fill('complete'));
  });

  it('gives up when patience ends, and says so', async () => {
    const { samples, codes } = await measure(['--trace-delay', '1m', '--trace-patience', '300ms']);
    expect(samples.map(({ trace, timings }) => [trace, timings.serviceSideMs])).toEqual(
      Array(6).fill(['missing', undefined]),
    );
    expect(samples.every(({ timings }) => timings.durationMs !== undefined && timings.outsideMs !== undefined)).toBe(
      true,
    );
    expect(codes).toContain('traces-left');
  });

  it('looks for nothing when it is told to', async () => {
    const { samples, stdout, codes } = await measure(['--no-traces', '--no-logs']);
    for (const { trace, evidence, timings } of samples) {
      expect([trace, evidence?.trace, evidence?.log]).toEqual(['off', undefined, undefined]);
      expect(timings.outsideMs).toBeGreaterThan(0);
    }
    expect(stdout).toMatch(/^outside +/m);
    expect(codes).toEqual(['no-limits']);
  });

  it('ends soon when it is interrupted while it waits, with a whole record', async () => {
    const cwd = await program.fresh();
    const args = [
      'lambda',
      '--iterations',
      '2',
      '--warmup',
      '0',
      '--trace-delay',
      '5m',
      '--trace-patience',
      '5m',
      PICTURE,
    ];
    const running = await program.start(args, { cwd });
    await until('the calls to be over', () => running.stderr().includes('waiting for traces'));
    const started = performance.now();
    running.child.kill('SIGINT');
    const { code } = await running.done;
    expect(code).toBe(130);
    expect(performance.now() - started).toBeLessThan(10_000);
    const record = await recordIn(await onlyRun(join(cwd, 'reports')));
    expect(record.targets[0]!.samples.map(({ trace }) => trace)).toEqual(['missing', 'missing', 'missing']);
    expect(record.run.endedAt).toBeDefined();
  });
});

describe('a function of AWS, played by resnet-bench emulate', () => {
  it('is called by its name, and told by its log, with nothing else to look for', async () => {
    const emulator = await emulate('--memory', '2048');
    const measured = await measure(['--function', 'resnet-bench', '--no-logs'], asUser(emulator.invokeEndpoint));
    expectNested(measured);
    expect(measured.record.targets[0]!.info).toMatchObject({
      ...{ frontDoor: 'invoke', functionName: 'resnet-bench', region: 'us-east-1', memoryMb: 2048, emulated: true },
      logGroup: '/aws/lambda/resnet-bench',
    });
    expect(measured.record.run.options).toMatchObject({ functionName: 'resnet-bench', headers: [] });
    expect(measured.codes).toEqual([]);
    expect(measured.samples.map(({ outcome }) => outcome)).toEqual(Array(6).fill({ ok: true, httpStatus: 200 }));
  });

  it('by its ARN, in the region that it names', async () => {
    const emulator = await emulate();
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:resnet-bench';
    const { AWS_REGION: _, ...env } = asUser(emulator.invokeEndpoint);
    const { record, samples } = await measure(['--function', arn], env);
    expect(record.targets[0]!.info).toMatchObject({ functionName: 'resnet-bench', region: 'us-east-1' });
    expect(samples.every(({ trace }) => trace === 'complete')).toBe(true);
  });

  it.each(['functionUrl', 'httpApiUrl'] as const)('by its %s, with the AWS endpoint named', async address => {
    const emulator = await emulate('--trace-layout', 'new', '--log-format', 'json');
    const door = address === 'functionUrl' ? 'url' : 'http-api';
    const measured = await measure(['--url', emulator[address], '--front-door', door], asUser(emulator.invokeEndpoint));
    expectNested(measured);
    expect(measured.codes).toEqual([]);
  });

  it('that samples nothing: said once, and no trace is called missing', async () => {
    const emulator = await emulate('--sampling', 'none');
    const { samples, codes } = await measure(['--function', 'resnet-bench'], asUser(emulator.invokeEndpoint));
    expect(samples.map(({ trace }) => trace)).toEqual(Array(6).fill('not-sampled'));
    expect(codes).toEqual(['traces-left']);
    // The log tells all the same.
    expect(samples.every(({ timings }) => timings.durationMs !== undefined)).toBe(true);
  });

  it('whose function half is late, or never comes', async () => {
    const late = await emulate('--trace-partial', 'late');
    expect(
      (await measure(['--function', 'resnet-bench'], asUser(late.invokeEndpoint))).samples.map(({ trace }) => trace),
    ).toEqual(Array(6).fill('complete'));
    const never = await emulate('--trace-partial', 'always');
    const env = asUser(never.invokeEndpoint);
    const { samples, codes } = await measure(['--function', 'resnet-bench', '--trace-patience', '300ms'], env);
    expect(samples.map(({ trace }) => trace)).toEqual(Array(6).fill('partial'));
    // The service's half is known, and whether it was cold by the function's own word.
    expect(samples.map(({ timings }) => timings.serviceSideMs !== undefined)).toEqual(Array(6).fill(true));
    expect(samples[0]).toMatchObject({ start: 'cold', startBy: 'handler' });
    expect(codes).toEqual(['traces-left']);
  });

  it('that is not there', async () => {
    const { invokeEndpoint } = await emulate();
    const finished = await program.run(['lambda', '--function', 'other', PICTURE], { env: asUser(invokeEndpoint) });
    expect(complaint(finished)).toMatchObject({
      code: 3,
      error: expect.stringMatching(/^there is no function other: /),
    });
  });
});

describe('without what AWS wants', () => {
  it.each([
    ['credentials', { AWS_REGION: 'us-east-1' }, /^there are no AWS credentials that are good: /],
    ['a region', { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }, /^no AWS region is known$/],
  ])('%s: --function is one error and one hint', async (_, env, message) => {
    // Nothing of the machine's own is found, and nobody is asked.
    const set = { ...env, AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const finished = await program.run(['lambda', '--function', 'fn', PICTURE], { env: set });
    expect(complaint(finished)).toMatchObject({ code: 3, error: expect.stringMatching(message) });
  });

  it("a function that fails: each call says so, with the function's own words", async () => {
    const bootstrap = `'${process.execPath}' exit-unread.mjs`;
    const emulator = await emulate(
      '--bootstrap',
      bootstrap,
      '--task-root',
      join(ROOT, 'test', 'emulator', 'bootstraps'),
    );
    const cwd = await program.fresh();
    const args = ['lambda', '--function', 'resnet-bench', '--iterations', '2', '--trace-patience', '1s', PICTURE];
    const { code, stdout } = await program.run(args, { cwd, env: asUser(emulator.invokeEndpoint) });
    expect(code).toBe(4);
    expect(stdout).toMatch(/2 of 2 failed \(function-error\).*: the function failed \(Unhandled\): .*Runtime exited/);
  });
});

describe('AWS on a bad day: partial evidence, a warning each, and the run unharmed', () => {
  const denied = { status: 403, type: 'AccessDeniedException', message: 'not authorized to perform this' };
  const no = (refusal: Script['refusals'][string]) => ({ '/Traces': refusal, FilterLogEvents: refusal });

  it.each([
    ['denied', no(denied), ['traces-denied', 'logs-denied']],
    [
      'expired',
      no({ status: 403, type: 'ExpiredTokenException', message: 'expired' }),
      ['traces-expired', 'logs-expired'],
    ],
    [
      'down',
      no({ status: 503, type: 'ServiceUnavailable', message: 'sorry' }),
      ['traces-unavailable', 'logs-unavailable'],
    ],
    [
      'throttled',
      no({ status: 429, type: 'ThrottlingException', message: 'Rate exceeded' }),
      ['traces-throttled', 'logs-throttled'],
    ],
    [
      'a log group that is not there',
      {
        FilterLogEvents: {
          status: 400,
          type: 'ResourceNotFoundException',
          message: 'The specified log group does not exist.',
        },
      },
      ['traces-left', 'logs-not-found'],
    ],
  ])('%s', async (_, refusals, codes) => {
    const emulator = await emulate();
    const aws = await scriptedAws({ refusals });
    const args = [
      '--url',
      emulator.functionUrl,
      '--front-door',
      'url',
      '--trace-patience',
      '400ms',
      '--trace-interval',
      '50ms',
    ];
    const measured = await measure(args, asUser(aws.url));
    expect(measured.codes).toEqual(codes);
    expect(measured.samples.map(({ outcome }) => outcome.ok)).toEqual(Array(6).fill(true));
    expect(measured.samples.map(({ start }) => start)).toEqual(['cold', ...Array(5).fill('warm')]);
    for (const { timings } of measured.samples) {
      expect(timings.outsideMs).toBeGreaterThan(0);
      expect(timings).not.toHaveProperty('serviceSideMs');
    }
    for (const code of codes) {
      const { message, advice } = measured.record.targets[0]!.warnings.find(warning => warning.code === code)!;
      expect(measured.stdout).toContain(message);
      expect(measured.stdout).toContain(advice);
    }
  });
});

describe('soak', () => {
  it('finds traces and lines while it goes on, and after it was resumed', async () => {
    const cwd = await program.fresh();
    const args = [
      'soak',
      '--interval',
      '200ms',
      '--duration',
      '4s',
      '--target',
      'lambda',
      '--trace-interval',
      '300ms',
      PICTURE,
    ];
    const running = await program.start(args, { cwd });
    const folder = await until('a run folder', () => onlyRun(join(cwd, 'reports')).catch(() => undefined));
    // The file comes after the folder.
    const lines = () => readFile(join(folder, 'samples.ndjson'), 'utf8').catch(() => '');
    await until('evidence on the disk', async () => (await lines()).includes('"evidence":{"trace"'));
    running.child.kill('SIGKILL');
    await running.done;
    expect((await program.run(['resume'], { cwd })).code).toBe(0);
    const { samples } = (await recordIn(folder)).targets[0]!;
    expect(samples).toHaveLength(20);
    const last = samples.slice(-3);
    expect(last.map(({ trace }) => trace)).toEqual(['complete', 'complete', 'complete']);
    expect(samples.filter(({ trace }) => trace === 'complete').length).toBeGreaterThan(10);
  });
});
