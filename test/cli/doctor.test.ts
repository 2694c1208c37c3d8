/** `resnet-bench doctor` through the program: this machine alone, a function on the emulator in the place of AWS, and what is broken. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { complaint, type StartOptions, until, useProgram } from './program.ts';

const program = useProgram();
const USER = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };

let emulator: { functionUrl: string; invokeEndpoint: string };
beforeAll(async () => {
  const running = await program.start(['emulate', '--json', '--deny', 'xray:GetTraceSegmentDestination']);
  emulator = JSON.parse(await until('its addresses', () => /^\{.*\}\n$/.exec(running.stdout())?.[0]));
});

async function examined(args: readonly string[], env: StartOptions['env'] = {}) {
  const { code, stdout, stderr } = await program.run(['doctor', '--json', ...args], { env });
  expect(stderr).toBe('');
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  expect(code).toBe(ok ? 0 : 3);
  expect(ok).toBe(findings.every(({ mark }) => mark !== 'broken'));
  const found = (name: string) => findings.find(finding => finding.name === name);
  return { code, findings, found };
}

describe('doctor', () => {
  it('looks at this machine, and asks nobody else', async () => {
    const { code, findings, found } = await examined([]);
    expect(code).toBe(0);
    expect(findings.map(({ name }) => name)).toEqual([
      ...['Node', 'libraries', 'CPU', 'neighbours', 'shares', 'model', 'Docker', 'notes', 'credentials'],
    ]);
    expect(found('Node')).toEqual({ name: 'Node', mark: 'ok', fact: process.versions.node });
    expect(found('model')).toMatchObject({ mark: 'ok', fact: expect.stringContaining('small') });
    expect(found('credentials')!.mark).toBe('note');
  });

  it('writes a mark, a fact and what mends it, a line each', async () => {
    const { code, stdout } = await program.run(['doctor'], { env: { RESNET_BENCH_MODEL: undefined } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ Node {9}\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^! model {8}.* is not here: .*\n {15}-> resnet-bench model pull$/m);
    expect(stdout).toMatch(/\n\nnothing is broken, [1-9]\d* warnings?\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  it('finds a model that is broken', async () => {
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'broken.onnx'), 'no model');
    const { code, found } = await examined(['--model', join(cwd, 'broken.onnx')]);
    expect(code).toBe(3);
    expect(found('model')).toMatchObject({ mark: 'broken', fact: expect.stringContaining('broken.onnx') });
  });

  it('finds what a killed run has left changed, and changes nothing', async () => {
    const state = await program.fresh();
    await mkdir(join(state, 'restore'));
    const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:f';
    const note = { functionArn, variables: {}, owner: { pid: 2 ** 22 + 1 }, writtenAt: '2026-11-28T10:00:00.000Z' };
    await writeFile(join(state, 'restore', 'note.json'), JSON.stringify(note));
    const { code, found } = await examined([], { RESNET_BENCH_STATE_DIR: state });
    expect(code).toBe(0);
    expect(found('notes')).toMatchObject({ mark: 'warning', fact: expect.stringContaining(functionArn) });
    expect(await readFile(join(state, 'restore', 'note.json'), 'utf8')).toBe(JSON.stringify(note));
  });

  it('looks at a function by its stack: who asks, clock, state, tracing, log, address', async () => {
    const { code, found } = await examined(['--stack', 'resnet-bench'], {
      ...USER,
      AWS_ENDPOINT_URL: emulator.invokeEndpoint,
    });
    expect(code).toBe(0);
    for (const name of ['credentials', 'clock', 'stack', 'function', 'tracing', 'log', 'address']) {
      expect(found(name), name).toMatchObject({ mark: 'ok' });
    }
    expect(found('credentials')!.fact).toMatch(/^arn:.*somebody, account 123456789012, region us-east-1$/);
    expect(found('function')!.fact).toMatch(/^resnet-bench · 1024 MB · timeout 30 s · .*Active$/);
    expect(found('X-Ray')).toMatchObject({
      mark: 'warning',
      fact: 'not allowed (AccessDeniedException: xray:GetTraceSegmentDestination)',
      mend: expect.stringContaining('resnet-bench aws policy doctor --stack resnet-bench'),
    });
  });

  it('finds no such function', async () => {
    const env = { ...USER, AWS_ENDPOINT_URL: emulator.invokeEndpoint };
    const { code, found } = await examined(['--function', 'other'], env);
    expect(code).toBe(3);
    expect(found('function')).toMatchObject({ mark: 'broken', fact: 'there is no function other' });
  });

  it('finds an address where nobody is, and asks AWS nothing about one that is not its', async () => {
    const { code, found } = await examined(['--url', 'http://127.0.0.1:1/'], USER);
    expect(code).toBe(3);
    expect(found('address')).toMatchObject({
      mark: 'broken',
      fact: expect.stringMatching(/127\.0\.0\.1:1 cannot be reached/),
    });
    expect(found('credentials')!.mark).toBe('note');
    expect(found('X-Ray')).toBeUndefined();
  });

  it('needs no credentials for an address: without them only traces and log lines are not read', async () => {
    // An instance would be asked for its own, over the network.
    const alone = { AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' };
    const env = { ...alone, AWS_ENDPOINT_URL: emulator.invokeEndpoint };
    const { code, found, findings } = await examined(['--url', emulator.functionUrl], env);
    expect(code).toBe(0);
    expect(found('credentials')).toMatchObject({
      mark: 'warning',
      fact: expect.stringMatching(/^none that AWS takes: /),
    });
    expect(found('address')).toMatchObject({ mark: 'ok', fact: expect.stringContaining('can be reached') });
    expect(findings.filter(({ name }) => ['function', 'X-Ray'].includes(name)).map(({ mark }) => mark)).toEqual([
      'note',
    ]);
    expect((await examined(['--function', 'resnet-bench'], env)).found('credentials')).toMatchObject({
      mark: 'broken',
    });
  });

  it('names a profile that is not there, in place of the SDK, and asks nobody', async () => {
    const env = { ...USER, AWS_ENDPOINT_URL: emulator.invokeEndpoint, AWS_PROFILE: 'gone' };
    const { code, found } = await examined(['--function', 'resnet-bench'], env);
    expect(code).toBe(3);
    expect(found('credentials')).toMatchObject({
      mark: 'broken',
      fact: 'AWS_PROFILE is gone, and there is no such profile',
    });
    expect(found('function')).toMatchObject({ mark: 'note' });
  });

  it('waits for nobody who is silent', async () => {
    const server = createServer(() => {});
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const env = { ...USER, AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { code, found } = await examined(['--function', 'f'], env);
    expect(code).toBe(3);
    expect(found('credentials')).toMatchObject({ mark: 'broken', fact: expect.stringMatching(/did not answer/) });
    expect(found('function')).toMatchObject({ mark: 'note' });
  });

  it('tells a clock that is wrong by the answer that refuses it', async () => {
    const server = createServer((_, response) => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      response.writeHead(403, { 'content-type': 'text/xml', date });
      const error =
        '<Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Signature expired: it is later</Message>';
      response.end(`<ErrorResponse><Error>${error}</Error></ErrorResponse>`);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const env = { ...USER, AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { found } = await examined(['--function', 'f'], env);
    expect(found('clock')).toMatchObject({
      mark: 'broken',
      fact: expect.stringMatching(/^this machine's is 3(599|600)\.\d s behind/),
    });
  });

  it('is told an address that is one', async () => {
    const { code, error } = complaint(await program.run(['doctor', '--url', 'nonsense']));
    expect([code, error]).toEqual([2, 'the address of the function is not a URL']);
  });

  it('is told one function', async () => {
    const { code, error } = complaint(await program.run(['doctor', '--stack', 's', '--function', 'f']));
    expect([code, error]).toEqual([2, '--stack names a function, and so does --function']);
  });
});
