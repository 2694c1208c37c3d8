/** The Runtime API as the bootstrap meets it: there, gone, refusing, broken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BOOTSTRAP, type Environment, TSX } from './environment.ts';
import { useRuntime } from './runtime.ts';

const runtime = useRuntime({
  'index.mjs': `
let calls = 0;
export const echo = async event => ({ event, calls: ++calls });
export const slow = async () => { await new Promise(resolve => setTimeout(resolve, 300)); return 'slow'; };
`,
});

const start = (name: string, env: Record<string, string> = {}): Environment =>
  runtime.start([...TSX, BOOTSTRAP], { _HANDLER: name, ...env });

const NEXT = 'GET /invocation/next';
const callsMade = () => runtime.server.calls.map(({ call }) => call.replace(/[0-9a-f-]{36}/, 'ID'));

describe('a Runtime API that', () => {
  it('goes away while the environment waits: a quiet end', async () => {
    const { ended } = start('index.echo');
    await runtime.server.received(/next/);
    await runtime.server.stop();
    expect(await ended).toEqual({ code: 1, signal: null, stdout: '', stderr: '' });
  });

  it('goes away while the handler works: a quiet end', async () => {
    const { ended } = start('index.slow');
    void runtime.server.invoke({});
    await runtime.server.received(/next/);
    await sleep(100);
    await runtime.server.stop();
    expect(await ended).toEqual({ code: 1, signal: null, stdout: '', stderr: '' });
  });

  it('was never there: a quiet end', async () => {
    await runtime.server.stop();
    expect(await start('index.echo').ended).toEqual({ code: 1, signal: null, stdout: '', stderr: '' });
  });

  it('is not named: an end with the reason', async () => {
    const { ended } = start('index.echo', { AWS_LAMBDA_RUNTIME_API: '' });
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('AWS_LAMBDA_RUNTIME_API') });
  });

  it('closed an idle connection gets the answer by a new one', async () => {
    start('index.echo');
    runtime.server.dropNextResponse();
    const { body, connection } = await runtime.server.invoke({ kept: true });
    expect(JSON.parse(body).event).toEqual({ kept: true });
    expect(connection).toBe(2);
    expect(JSON.parse((await runtime.server.invoke({})).body).calls).toBe(2);
  });

  // 413 is a response too large, of which the platform has told the caller by then.
  it.each([400, 403, 410, 413])('refuses one answer with %i: logged, and the next event is served', async status => {
    const { ended, kill } = start('index.echo');
    runtime.server.refuse(/000001\/response/, status);
    await runtime.server.invoke({});
    expect((await runtime.server.invoke({})).call).toMatch(/response$/);
    kill();
    expect((await ended).stderr).toContain(` ${status} `);
    expect(callsMade().filter(call => call.endsWith('error'))).toEqual([]);
  });

  it.each([403, 410, 500])('refuses the next event with %i: an end with the reason', async status => {
    runtime.server.refuse(/next/, status);
    expect(await start('index.echo').ended).toMatchObject({ code: 1, stderr: expect.stringContaining(` ${status} `) });
    expect(callsMade()).toEqual([NEXT]);
  });

  it('is broken: an end with the reason', async () => {
    runtime.server.refuse(/response/, 500);
    const { ended } = start('index.echo');
    await runtime.server.invoke({});
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('500') });
    expect(callsMade()).toEqual([NEXT, 'POST /invocation/ID/response']);
  });
});
