/** Every bad day of a function, through the program: a failed sample with its kind, a run that goes on, a table that says how many of what. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FAULTS,
  type FaultName,
  json,
  OUR_ANSWER,
  type Responder,
  startServer,
  type TestServer,
} from '../runners/fault-server.ts';
import { onlyRun, ROOT, recordIn, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');
const TWO_CALLS = ['--iterations', '2', '--warmup', '0'];
/** For those that would take for ever; the others must not be hurried, on a busy machine. */
const timeoutFor = (kind: string) => ['--timeout', kind === 'timeout' ? '400ms' : '20s'];
/** In an address and in a header; neither may ever be seen. */
const SECRETS = {
  user: 'someuser-4711',
  password: 'pass-4712-word',
  query: 'query-4713-value',
  header: 'header-4714-value',
};

async function measure(url: string, args: readonly string[]) {
  const cwd = await program.fresh();
  const finished = await program.run(['lambda', '--url', url, ...args, PICTURE], { cwd });
  const folder = await onlyRun(join(cwd, 'reports'));
  return { ...finished, record: await recordIn(folder), folder };
}

describe.concurrent.each(Object.keys(FAULTS) as FaultName[])('%s', name => {
  it('is two failed samples of its kind, exit 4, and no figure', async () => {
    const { kind, says, httpStatus, start } = FAULTS[name] as { httpStatus?: number } & (typeof FAULTS)[FaultName];
    const server = await start();
    try {
      const { code, stdout, stderr, record } = await measure(server.url, [...TWO_CALLS, ...timeoutFor(kind)]);
      const [target] = record.targets;
      expect(target!.samples.map(({ outcome }) => outcome)).toEqual(
        Array(2).fill({
          ok: false,
          error: { kind, message: expect.stringMatching(says), ...(httpStatus !== undefined && { httpStatus }) },
        }),
      );
      expect(target!.summary).toEqual({ failed: { [kind]: 2 } });
      expect(record.run.status).toBe('completed');
      expect(stdout).toContain(`2 calls failed and are in no figure: 2 ${kind}`);
      expect(stdout).toMatch(new RegExp(`^failed {2}1x1\\.png: 2 of 2 failed \\(${kind}\\)`, 'm'));
      expect(stderr).toMatch(/^error: nothing succeeded\nhint: .*\n$/);
      expect(code).toBe(4);
    } finally {
      await server.close();
    }
  });
});

/** The responders in turns, from the first again when all had theirs. */
function inTurns(...responders: Responder[]): Promise<TestServer> {
  let call = 0;
  return startServer((request, response) => responders[call++ % responders.length]!(request, response));
}

describe('a bad day', () => {
  it('is gone through to its end, and counted by kind', async () => {
    const server = await inTurns(
      json(OUR_ANSWER),
      json({ message: 'Rate Exceeded.' }, 429),
      json(OUR_ANSWER),
      json({ Message: 'boom' }, 502),
      (_, response) => response.destroy(),
    );
    const { code, stdout, record } = await measure(server.url, ['--iterations', '10', '--warmup', '0']);
    await server.close();
    expect(code).toBe(0);
    const { summary, warnings } = record.targets[0]!;
    expect(summary.failed).toEqual({ throttled: 2, 'http-5xx': 2, reset: 2 });
    expect(summary.warm?.serviceMs?.count).toBe(4);
    expect(warnings.map(warning => warning.code)).toContain('failed-queries');
    for (const kind of ['throttled', 'http-5xx', 'reset']) {
      expect(stdout).toMatch(new RegExp(`^failed {2}1x1\\.png: 2 of 10 failed \\(${kind}\\)`, 'm'));
    }
    expect(server.requests).toHaveLength(10);
  });

  it('with a picture over the limit: refused before it is sent, size and limit named, and the others are measured', async () => {
    const server = await startServer(json(OUR_ANSWER));
    const cwd = await program.fresh();
    await writeFile(join(cwd, 'large.jpg'), Buffer.alloc(4_800_000, 7));
    const args = ['lambda', '--url', server.url, '--iterations', '4', '--warmup', '0', 'large.jpg', PICTURE];
    const { code, stdout } = await program.run(args, { cwd });
    await server.close();
    expect(code).toBe(0);
    expect(server.requests).toHaveLength(2);
    expect(stdout).toMatch(/^failed {2}large\.jpg: 2 of 2 failed \(too-large\): .*64000\d\d .*6287360/m);
  });
});

describe('secrets in the address and in headers', () => {
  /** Answers with whatever it was sent, as some gateways do. */
  const echoing: Responder = ({ path, headers }, response) => {
    response.writeHead(403, { 'content-type': 'application/json', 'x-echo': path });
    response.end(JSON.stringify({ message: `you sent ${path} ${JSON.stringify(headers)}` }));
  };

  it.each([
    ['of a server that answers', json(OUR_ANSWER)],
    ['of a server that gives them back', echoing],
    ['of a server that is not there', undefined],
  ])('%s stand in no record, no report and no error', async (_, respond) => {
    const server = await startServer(respond ?? json(OUR_ANSWER));
    if (respond === undefined) await server.close();
    const { user, password, query, header } = SECRETS;
    const url = server.url.replace('//', `//${user}:${password}@`);
    const cwd = await program.fresh();
    const args = [
      'lambda',
      '--url',
      `${url}/path?key=${query}`,
      '--header',
      `X-Api-Key: ${header}`,
      ...TWO_CALLS,
      PICTURE,
    ];
    const { stdout, stderr } = await program.run(args, { cwd, env: { DEBUG: '1' } });
    if (respond !== undefined) {
      expect(server.requests[0]!.path).toContain(query);
      expect(server.requests[0]!.headers['x-api-key']).toBe(header);
      await server.close();
    }
    const folder = await onlyRun(join(cwd, 'reports'));
    const written = await program.shell(
      `cat ${folder}/* && resnet-bench report --format csv && resnet-bench report --format md`,
      { cwd },
    );
    const seen = [stdout, stderr, written.stdout, written.stderr].join('\n');
    expect(written.code).toBe(0);
    expect(seen).toContain('"url": "http://127.0.0.1');
    const forms = Object.values(SECRETS).flatMap(secret => [secret, Buffer.from(secret).toString('base64')]);
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    for (const secret of [...forms, basic]) expect(seen).not.toContain(secret);
  });
});
