/** `resnet-bench lambda` on the embedded emulator, by itself and beside this process: record, table, environments, options. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord, Sample } from '../../src/core/record.ts';
import { json, OUR_ANSWER, startServer } from '../runners/fault-server.ts';
import {
  complaint,
  isAlive,
  onlyRun,
  parseRecord,
  ROOT,
  recordIn,
  runsIn,
  runWithSamples,
  sampleLines,
  smallModel,
  until,
  useProgram,
} from './program.ts';

const program = useProgram();
const PICTURES = ['1x1.png', 'cmyk.jpg'].map(name => join(ROOT, 'fixtures', 'odd', name));

async function measure(...args: string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['lambda', ...args, ...PICTURES], { cwd });
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: '' });
  const folder = await onlyRun(join(cwd, 'reports'));
  return { ...finished, cwd, folder, record: await recordIn(folder) };
}

const startsOf = (samples: readonly Sample[]) => samples.map(({ start }) => start);
const targetOf = (record: RunRecord, name: string) => record.targets.find(target => target.name === name)!;

describe('on the emulator', () => {
  let stdout: string;
  let record: RunRecord;
  beforeAll(async () => {
    ({ stdout, record } = await measure('--iterations', '10', '--warmup', '2', '--memory', '3600'));
  });

  it('meets one environment, cold once and warm ever after', () => {
    const { samples, summary } = targetOf(record, 'lambda');
    expect(startsOf(samples)).toEqual(['cold', ...Array(12).fill('warm')]);
    expect(samples.map(({ phase }) => phase)).toEqual(['measured', 'warmup', 'warmup', ...Array(10).fill('measured')]);
    expect(new Set(samples.map(({ environmentId }) => environmentId)).size).toBe(1);
    expect(samples[0]!.timings.initMs).toBeGreaterThan(0);
    expect(summary.warm).not.toHaveProperty('initMs');
    expect(summary.failed).toEqual({});
  });

  it('has every time of a call, and the two views of it agree', () => {
    for (const { timings, issuedMs, completedMs, ...sample } of targetOf(record, 'lambda').samples) {
      const serviceMs = completedMs - issuedMs;
      const { encodeMs, connectMs = 0, requestMs = 0, firstByteMs = NaN, downloadMs = NaN, handlerMs = NaN } = timings;
      expect(encodeMs).toBeGreaterThan(0);
      const wire = connectMs + requestMs + firstByteMs + downloadMs;
      if (timings.requestMs !== undefined) expect(wire).toBeLessThanOrEqual(serviceMs + 0.01);
      expect(handlerMs).toBeLessThan(serviceMs);
      expect(timings.outsideMs).toBeCloseTo(serviceMs - handlerMs, 3);
      expect(sample.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(sample.traceId).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
      expect(sample).toMatchObject({ traceJoin: 'handler', trace: 'complete', outcome: { ok: true, httpStatus: 200 } });
      expect(sample.memory.usedMb).toBeGreaterThan(20);
      expect(sample.predictions).toHaveLength(5);
    }
  });

  it('records what the function is, as planned and as its answers told', () => {
    const { info, warnings } = targetOf(record, 'lambda');
    expect(info).toMatchObject({
      model: {
        name: 'small',
        precision: 'float32',
        weights: 'trained',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      preprocess: 'torchvision',
      emulated: true,
      frontDoor: 'url',
      connection: 'keep',
      memoryMb: 3600,
      cpuShare: 'unlimited',
      // 3600 MB are worth two CPUs.
      threads: 2,
      node: process.versions.node,
      cpuCount: record.machine?.cpuCount,
    });
    expect(warnings.map(({ code }) => code)).toContain('no-limits');
    expect(record.run).toMatchObject({
      command: 'lambda',
      scenario: 'closed loop',
      stoppedBy: 'iterations',
      options: {
        iterations: 10,
        warmup: 2,
        targets: ['lambda'],
        memoryMb: 3600,
        idleTimeoutMs: 360_000,
        proactive: 0,
        timeoutMs: 30_000,
        connection: 'keep',
        preprocess: 'torchvision',
      },
    });
    expect(record.run.options).not.toHaveProperty('threads');
    expect(record.run.options).not.toHaveProperty('url');
  });

  it("shows local's table with the client's times, the cold call, the environment and what next", () => {
    expect(stdout).toMatch(/^lambda: emulated Lambda, 3600 MB, no CPU limit · Function URL, connection kept$/m);
    expect(stdout).toMatch(
      /^warning {2}the emulated function has this machine's whole CPU and memory; Lambda gives one of 3600 MB 2\.04 CPU, and ends it beyond 3600 MB$/m,
    );
    expect(stdout).toMatch(/^10 warm calls \(after 2 to warm up\)\nms +p50 \[95 % CI\] +p90 /m);
    const rows = [
      'parse',
      'preprocess',
      'inference',
      'postprocess',
      'handler',
      'network',
      'unexplained',
      'service',
      'first byte',
      'download',
      'encode',
    ];
    for (const row of rows) expect(stdout).toMatch(new RegExp(`^${row} +[\\d.]+ \\[`, 'm'));
    expect(stdout).toMatch(
      /^1 cold call: init [\d.]+ ms, handler [\d.]+ ms, the whole call [\d.]+ ms · memory \d+ MB resident at most after a call, Max Memory Used \d+ MB( \(without files that others had read\))? · 1 environment$/m,
    );
    expect(stdout).toMatch(/^next {4}.*:\n {10}resnet-bench lambda --target local,lambda /m);
  });

  it('agrees with the published JSON Schema', async () => {
    const schema = JSON.parse(await readFile(join(ROOT, 'docs', 'record.schema.json'), 'utf8'));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(record), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('environments', () => {
  it('end after --idle-timeout: the call after it is cold, and has a table of its own', async () => {
    const args = ['--target', 'local,lambda', '--iterations', '4', '--warmup', '0', '--idle-timeout', '1ms'];
    const cwd = await program.fresh();
    const { code } = await program.run(['lambda', ...args, '--duration', '20s', ...PICTURES], { cwd });
    expect(code).toBe(0);
    const { samples } = targetOf(await recordIn(await onlyRun(join(cwd, 'reports'))), 'lambda');
    const cold = samples.filter(({ start }) => start === 'cold');
    // Not each: the local call between two of them may be quicker than the emulator's timer.
    expect(cold.length).toBeGreaterThanOrEqual(2);
    expect(new Set(cold.map(({ environmentId }) => environmentId)).size).toBe(cold.length);
  });

  it('made by --proactive meet the first call initialised, by evidence', async () => {
    const { record, stdout } = await measure('--iterations', '3', '--warmup', '0', '--proactive', '1');
    const { samples } = targetOf(record, 'lambda');
    expect(samples[0]!.start).toBe('proactive');
    expect(samples.slice(1).every(({ start }) => start === 'warm')).toBe(true);
    expect(stdout).toContain('1 environment');
  });
});

describe('beside this process', () => {
  it('local and lambda take turns on the same pictures, and are compared', async () => {
    const { record, stdout } = await measure('--target', 'local,lambda', '--iterations', '12', '--warmup', '1');
    expect(record.targets.map(({ name }) => name)).toEqual(['local', 'lambda']);
    const merged = record.targets
      .flatMap(({ name, samples }) => samples.map(sample => ({ name, ...sample })))
      .sort((a, b) => a.issuedMs - b.issuedMs);
    expect(merged.map(({ name }) => name)).toEqual(Array.from({ length: 28 }, (_, i) => ['local', 'lambda'][i % 2]));
    // Never two at once.
    for (const [i, sample] of merged.slice(1).entries())
      expect(sample.issuedMs).toBeGreaterThanOrEqual(merged[i]!.completedMs);
    for (const { samples } of record.targets)
      expect(samples.map(({ image }) => image)).toEqual(
        Array.from({ length: 14 }, (_, i) => ['1x1.png', 'cmyk.jpg'][i % 2]),
      );

    expect(stdout).toMatch(/^12 warm calls of local and 12 warm calls of lambda, in turns on the same pictures$/m);
    expect(stdout).toMatch(/^ms +local +lambda \(emulated, 1024 MB, no CPU limit\) +lambda \/ local$/m);
    for (const row of ['preprocess p50', 'inference p50', 'handler p50', 'service p50']) {
      expect(stdout).toMatch(
        new RegExp(`^${row} +[\\d.]+ \\[.*\\] +[\\d.]+ \\[.*\\] +[\\d.]+x( \\[[\\d.]+, [\\d.]+\\])?$`, 'm'),
      );
    }
    // Twelve calls that are too like their neighbours have none, and it is said why.
    expect(/^[a-z]+ p50 .*x$/m.test(stdout)).toBe(stdout.includes('\nx without an interval: '));
    expect(stdout).toMatch(
      /^a warm lambda call, by means: network -?[\d.]+ · unexplained -?[\d.]+ · parse .* = [\d.]+ ms$/m,
    );
    expect(stdout).toMatch(
      /^[\d.]+ ms (more|less) than local: network and front door [+-][\d.]+ · Lambda's own [+-][\d.]+ · encoding /m,
    );
    expect(stdout).toMatch(
      /^a cold start of lambda adds [\d.]+ ms \(one call; connecting not counted\); 1 of \d+ calls met one: [\d.]+ ms a call$/m,
    );
    expect(stdout).toContain('local and lambda give the same answers on 2 pictures\n');
  });

  it('in the order that --target gives', async () => {
    const { record } = await measure('--target', 'lambda,local', '--iterations', '1', '--warmup', '0');
    const [lambda, local] = ['lambda', 'local'].map(name => targetOf(record, name).samples[0]!);
    expect(lambda!.completedMs).toBeLessThanOrEqual(local!.issuedMs);
    expect(record.targets.map(({ name }) => name)).toEqual(['lambda', 'local']);
  });

  it('says when the function does other work', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const { stdout, record } = await measure(
      '--url',
      server.url,
      '--target',
      'local,lambda',
      '--iterations',
      '4',
      '--warmup',
      '0',
    );
    await server.close();
    expect(targetOf(record, 'lambda').info).toMatchObject({
      model: { name: 'resnet50-v1-12', sha256: 'ab'.repeat(32) },
      memoryMb: 1024,
      threads: 1,
      node: '22.11.0',
    });
    expect(targetOf(record, 'lambda').info.model).not.toHaveProperty('weights');
    expect(stdout).toContain(
      'local and lambda DO NOT GIVE THE SAME ANSWERS on cmyk.jpg, 1x1.png (another model: small and resnet50-v1-12; preprocessing not known of both)\n',
    );
    expect(stdout).toContain('x without an interval: it takes ten calls on each side');
  });
});

it('a model named from the current folder is found by the function, which has another', async () => {
  const cwd = await program.fresh();
  await copyFile(program.model, join(cwd, 'mine.onnx'));
  const args = ['lambda', '--model', 'mine.onnx', '--iterations', '1', '--warmup', '0', PICTURES[0]!];
  expect((await program.run(args, { cwd })).code).toBe(0);
});

it('a function that cannot start: every call fails, and its log says why', async () => {
  const cwd = await program.fresh();
  await writeFile(join(cwd, 'odd.onnx'), smallModel({ poolingOp: 'NoSuchOperator' }));
  const args = ['lambda', '--model', 'odd.onnx', '--iterations', '2', '--warmup', '0', PICTURES[0]!];
  const { code, stdout, stderr } = await program.run(args, { cwd });
  expect(code).toBe(4);
  expect(stderr).toMatch(/^error: nothing succeeded\n/);
  expect(stdout).toMatch(/^failed {2}1x1\.png: 2 of 2 failed \(http-5xx\): answered 502/m);
  expect(stdout).toMatch(/^warning {2}the log of the emulated function says: .*NoSuchOperator.*$/m);
});

it('--json prints the record and nothing else', async () => {
  const cwd = await program.fresh();
  const { code, stdout } = await program.run(['lambda', '--iterations', '1', '--json', ...PICTURES], { cwd });
  expect(code).toBe(0);
  expect(stdout).toBe(await readFile(join(await onlyRun(join(cwd, 'reports')), 'record.json'), 'utf8'));
  expect(parseRecord(stdout).run.command).toBe('lambda');
});

it('--connection new makes one for each call, keep one for all', async () => {
  const server = await startServer(json(OUR_ANSWER));
  const reused = async (mode: string) => {
    const { record } = await measure('--url', server.url, '--connection', mode, '--iterations', '3', '--warmup', '0');
    const { samples, info } = targetOf(record, 'lambda');
    expect(info.connection).toBe(mode);
    return samples.map(({ connectionReused }) => connectionReused);
  };
  expect(await reused('new')).toEqual([false, false, false]);
  expect(await reused('keep')).toEqual([false, true, true]);
  await server.close();
});

describe('wrong use is one error and one hint, before anything is measured', () => {
  const URL_ARGS = ['--url', 'http://127.0.0.1:1'];
  it.each([
    [
      ['--function', 'fn', '--front-door', 'url'],
      '--front-door is for --url or the emulated function: --function is called by Invoke',
    ],
    [[...URL_ARGS, '--front-door', 'invoke'], '--front-door invoke has no URL'],
    [
      ['--function', 'fn', '--memory', '512'],
      '--memory is for the emulated function, and --function names a deployed one',
    ],
    [
      [...URL_ARGS, '--trace-layout', 'new'],
      '--trace-layout is for the emulated function, and --url names a deployed one',
    ],
    [
      ['--no-traces', '--no-logs', '--trace-patience', '1s'],
      '--trace-patience is for traces and log lines, and both are switched off',
    ],
    [['--trace-attempts', '0'], '--trace-attempts must be a whole number of at least 1, got "0"'],
    [['--header', 'a: b'], '--header is for a deployed function, and there is no --url'],
    [[...URL_ARGS, '--memory', '512'], '--memory is for the emulated function, and --url names a deployed one'],
    [
      [...URL_ARGS, '--idle-timeout', '1m'],
      '--idle-timeout is for the emulated function, and --url names a deployed one',
    ],
    [[...URL_ARGS, '--proactive', '1'], '--proactive is for the emulated function, and --url names a deployed one'],
    [[...URL_ARGS, '--model', 'x.onnx'], '--model is for this process, which is not measured'],
    [['--threads', '1'], '--threads is for this process, which is not measured'],
    [['--target', 'local'], '--target leaves lambda out'],
    [
      ['--url', 'https://x.lambda-url.eu-west-1.on.aws', '--front-door', 'http-api'],
      '--front-door http-api: https://x.lambda-url.eu-west-1.on.aws/ is the other one',
    ],
    [['--target', 'local,mars'], '--target must be of local, lambda, each once, got "local,mars"'],
    [['--target', 'lambda,lambda'], '--target must be of local, lambda, each once, got "lambda,lambda"'],
    [['--memory', '127'], '--memory must be a whole number from 128 to 10240, got "127"'],
    [['--timeout', '0s'], '--timeout must be a duration above zero, got "0s"'],
    [['--timeout', '2d'], '--timeout must be a duration of at most 24 hours, got "2d"'],
    [
      ['--connection', 'none'],
      "option '--connection <mode>' argument 'none' is invalid. Allowed choices are keep, new.",
    ],
    [['--url', 'not a url'], 'the address of the function is not a URL'],
    [['--url', 'ftp://user:secret@host/'], 'the address of the function must begin with http:// or https://, not ftp:'],
    [[...URL_ARGS, '--header', 'secret-without-a-colon'], '--header must be a name, a colon and a value'],
    [[...URL_ARGS, '--header', 'a b: secret'], '--header has a name that no header can have'],
    [[...URL_ARGS, '--header', 'Content-Length: 1'], '--header Content-Length cannot be set: it is made for each call'],
  ])('%j', async (args, error) => {
    const cwd = await program.fresh();
    const said = complaint(await program.run(['lambda', ...args, PICTURES[0]!], { cwd }));
    expect(said).toMatchObject({ code: 2, error });
    expect(JSON.stringify(said)).not.toContain('secret-without');
    expect(await runsIn(join(cwd, 'reports'))).toEqual([]);
  });

  it('a variable of the environment that says nothing here is no error', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const env = {
      RESNET_BENCH_URL: server.url,
      RESNET_BENCH_MEMORY: '512',
      RESNET_BENCH_THREADS: '1',
      RESNET_BENCH_HEADER: 'X-Key: value',
    };
    const { code } = await program.run(['lambda', '--iterations', '1', '--warmup', '0', PICTURES[0]!], { env });
    await server.close();
    expect(code).toBe(0);
    expect(server.requests[0]!.headers['x-key']).toBe('value');
    const said = complaint(await program.run(['lambda', '--memory', '512', PICTURES[0]!], { env }));
    expect(said.error).toBe('--memory is for the emulated function, and RESNET_BENCH_URL names a deployed one');
  });
});

it('a function that is larger than its memory is said to be', async () => {
  // Our handler needs more than that with any model.
  const { record } = await measure('--memory', '128', '--iterations', '1', '--warmup', '0');
  const { warnings, samples } = targetOf(record, 'lambda');
  const used = Math.max(...samples.map(({ memory }) => memory.usedMb!));
  const codes = warnings.map(({ code }) => code);
  expect(codes.includes('beyond-memory')).toBe(used > 128);
});

it('an emulator that dies ends the run with an error; what was measured stays', async () => {
  const cwd = await program.fresh();
  const running = await program.start(['lambda', '--duration', '1h', ...PICTURES], { cwd });
  const folder = await runWithSamples(join(cwd, 'reports'), 5);
  const [emulator] = await descendants(running.child.pid!);
  process.kill(emulator!, 'SIGKILL');
  const { code, stderr } = await running.done;
  expect(code).toBe(3);
  expect(stderr).toMatch(/^error: the emulator has ended by itself\nhint: .*resnet-bench report\n$/);
  const lines = await sampleLines(folder);
  expect(lines.filter(line => line.includes('"ok":false')).length).toBeLessThan(50);
  expect((await program.run(['report'], { cwd })).stdout).toMatch(/has not ended, or was killed/);
});

it('Ctrl-C ends it with a complete record, and nothing is left behind', async () => {
  const cwd = await program.fresh();
  const running = await program.start(['lambda', '--duration', '1h', ...PICTURES], { cwd });
  const pids = () => descendants(running.child.pid!);
  const record = await until('a record that knows the function', async () => {
    const [folder] = await runsIn(join(cwd, 'reports'));
    const text = folder && (await readFile(join(folder, 'record.json'), 'utf8').catch(() => ''));
    return text?.includes('"threads"') && folder;
  });
  const family = await pids();
  expect(family.length).toBeGreaterThanOrEqual(3);
  running.child.kill('SIGINT');
  const { code } = await running.done;
  expect(code).toBe(130);
  expect((await recordIn(record)).run.status).toBe('interrupted');
  await until('the end of all of them', () => family.every(pid => !isAlive(pid)));
});

/** Processes below one, as ps knows them. */
async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await program.shell('ps -A -o pid=,ppid=');
  const pairs = stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child, its]) => (its === parent ? [child!, ...below(child!)] : []));
  return below(pid);
}
