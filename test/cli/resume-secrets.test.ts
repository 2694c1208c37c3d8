/** `resnet-bench resume` on a deployed function: its secrets are asked for, kept nowhere, and no other function is called. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, OUR_ANSWER, startServer, type TestServer } from '../runners/fault-server.ts';
import { recordIn, useProgram } from './program.ts';
import { expectEverySlotOnce } from './slots.ts';
import { expectNoComplaint, expectOnlyTheRecord, type KilledSoak, killedSoak, PICTURES, refusal } from './soaking.ts';

const program = useProgram();
const LAMBDA_ARGS = ['--target', 'lambda', '--interval', '100ms', '--duration', '2500ms', PICTURES[0]!];
const SLOTS = { slots: 25, intervalMs: 100 };

describe('a deployed function behind a secret', () => {
  let server: TestServer;
  let run: KilledSoak;
  let address: string;
  const seen: string[] = [];
  const SECRETS = { user: 'someuser-4711', word: 'pass-4712-word', key: 'query-4713-value', header: 'head-4714-value' };
  const HEADER = ['--header', `X-Api-Key: ${SECRETS.header}`];

  beforeAll(async () => {
    server = await startServer(json(OUR_ANSWER));
    address = `${server.url.replace('//', `//${SECRETS.user}:${SECRETS.word}@`)}/path?key=${SECRETS.key}`;
    run = await killedSoak(program, ['--url', address, ...HEADER, ...LAMBDA_ARGS], 4);
  });
  afterAll(() => server.close());

  const refused = async (args: string[], env = {}) => {
    const said = await refusal(program, run.folder, args, { cwd: run.cwd, env });
    seen.push(said.error, said.hint);
    return said;
  };

  it('is asked for', async () => {
    expect(await refused(HEADER)).toEqual({
      code: 2,
      error: 'the address of the function has a part that is kept nowhere',
      hint: `resnet-bench resume ${basename(run.folder)} --url ..., as the run began`,
    });
    expect(await refused(['--url', address])).toEqual({
      code: 2,
      error: 'the value of the header X-Api-Key is kept nowhere',
      hint: `resnet-bench resume ${basename(run.folder)} --header 'X-Api-Key: ...', as the run began`,
    });
  });

  it.each([
    ['another host', () => 'http://localhost:1/path?key=k', 'url'],
    ['another path', () => `${server.url}/other?key=k`, 'url'],
  ])('is refused: %s', async (_, url, what) => {
    const said = await refused(['--url', url(), ...HEADER]);
    expect(said.code).toBe(3);
    expect(said.error).toContain(`the run began with another value of ${what}: "${server.url}/path", and now it is `);
  });

  it('is refused: one header more', async () => {
    const said = await refused(['--url', address, ...HEADER, '--header', 'X-Other: 1']);
    expect(said).toMatchObject({ code: 3 });
    expect(said.error).toContain('another value of headers: ["X-Api-Key"], and now it is ["X-Api-Key","X-Other"]');
  });

  it('is refused: no address', async () => {
    expect((await refused(['--url', 'nonsense', ...HEADER])).code).toBe(2);
  });

  it('given, the run goes on with it, and it stands nowhere', async () => {
    const asked = server.requests.length;
    const finished = await program.run(['resume', ...HEADER], {
      cwd: run.cwd,
      env: { RESNET_BENCH_URL: address, DEBUG: '1' },
    });
    expectNoComplaint(finished);
    const later = server.requests.slice(asked);
    expect(later.length).toBeGreaterThan(0);
    const basic = Buffer.from(`${SECRETS.user}:${SECRETS.word}`).toString('base64');
    for (const { path, headers } of later) {
      expect(path).toBe(`/path?key=${SECRETS.key}`);
      expect(headers).toMatchObject({ 'x-api-key': SECRETS.header, authorization: `Basic ${basic}` });
    }
    expectEverySlotOnce(await recordIn(run.folder), 'lambda', SLOTS);
    await expectOnlyTheRecord(run.folder);
    const written = ['record.json', 'samples.ndjson'].map(name => readFile(join(run.folder, name), 'utf8'));
    const all = [finished.stdout, finished.stderr, ...seen, ...(await Promise.all(written))].join('\n');
    const encoded = Object.values(SECRETS).map(secret => Buffer.from(secret).toString('base64'));
    for (const secret of [...Object.values(SECRETS), ...encoded, basic]) expect(all).not.toContain(secret);
  });
});

describe.concurrent('a killed run', () => {
  it('holds no secret in any of its files', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const url = `${server.url.replace('//', '//user-4711:word-4712@')}/?key=query-4713`;
    const args = ['--url', url, '--header', 'X-Api-Key: header-4714', ...LAMBDA_ARGS];
    const { folder } = await killedSoak(program, args, 3);
    await server.close();
    const { stdout } = await program.shell(`cat ${folder}/*`);
    expect(stdout).toContain('"secretAddress": true');
    expect(stdout).toContain('X-Api-Key');
    expect(stdout).not.toMatch(/user-4711|word-4712|query-4713|header-4714/);
  });

  it('of a function without secrets needs none, and calls that function, whatever RESNET_BENCH_URL says', async () => {
    const [server, other] = [await startServer(json(OUR_ANSWER)), await startServer(json(OUR_ANSWER))];
    const { cwd, folder } = await killedSoak(program, ['--url', server.url, ...LAMBDA_ARGS], 4);
    const said = await refusal(program, folder, ['--url', other.url], { cwd });
    expect(said).toMatchObject({ code: 3, error: expect.stringContaining('another value of url') });
    const env = { RESNET_BENCH_URL: other.url };
    expectNoComplaint(await program.run(['resume'], { cwd, env }));
    await Promise.all([server.close(), other.close()]);
    expect(other.requests).toEqual([]);
    const samples = expectEverySlotOnce(await recordIn(folder), 'lambda', SLOTS);
    expect(server.requests.length).toBeGreaterThanOrEqual(samples.length);
  });
});
