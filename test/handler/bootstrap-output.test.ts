/** What the bootstrap writes, and that it is out before the environment is frozen or gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { smallClassifier } from '../classifier/small-models.ts';
import { BOOTSTRAP, TSX } from './environment.ts';
import { useRuntime } from './runtime.ts';

/** More than a pipe and its reader take unasked. */
const MEGABYTE = 1_000_000;

const runtime = useRuntime({
  'index.mjs': `
export const failing = async () => { throw new Error('two\\nlines', { cause: new RangeError('the cause') }) };
export const loud = async () => { process.stdout.write('x'.repeat(${MEGABYTE})); process.stderr.write('y'.repeat(${MEGABYTE})) };
export const lingering = async () => { setTimeout(() => { void loud(); throw new Error('between calls') }, 300) };
export const dying = () => { void loud(); setImmediate(() => { throw new Error('nobody catches this') }); return new Promise(() => {}) };
`,
  'syntax.mjs': 'export const handler = ;',
  'model.onnx': smallClassifier(),
});

const start = (name: string, readable: Promise<void> = Promise.resolve()) =>
  runtime.start([...TSX, BOOTSTRAP], { _HANDLER: name }, { readable });
const count = (call: RegExp) => runtime.server.calls.filter(one => call.test(one.call)).length;
const linesOf = (output: string) => output.trimEnd().split('\n');

describe('an error', () => {
  it('of a call is one line, with its request id and its cause', async () => {
    const { ended, kill } = start('index.failing');
    const ids = [await runtime.server.invoke({}), await runtime.server.invoke({})].map(
      ({ call }) => call.split('/')[2],
    );
    await expect.poll(() => count(/next/)).toBe(3);
    kill();
    const { stdout, stderr } = await ended;
    expect(stdout).toBe('');
    const events = linesOf(stderr).map(line => JSON.parse(line));
    expect(events.map(({ requestId }) => requestId)).toEqual(ids);
    expect(events[0]).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'ERROR',
      requestId: ids[0],
      errorType: 'Error',
      errorMessage: 'two\nlines',
      stackTrace: expect.arrayContaining([expect.stringContaining('index.mjs'), expect.stringContaining('the cause')]),
    });
  });

  it('at init is one line', async () => {
    const events = linesOf((await start('syntax.handler').ended).stderr).map(line => JSON.parse(line));
    expect(events).toMatchObject([{ level: 'ERROR', errorType: 'Runtime.UserCodeSyntaxError' }]);
    expect(events[0]).not.toHaveProperty('requestId');
  });

  it('at init is written even when nobody can be told', async () => {
    runtime.server.refuse(/init\/error/, 500);
    const { code, stderr } = await start('syntax.handler').ended;
    expect(code).toBe(1);
    expect(linesOf(stderr).map(line => JSON.parse(line).errorType)).toEqual(['Runtime.UserCodeSyntaxError', 'Error']);
  });
});

describe('output that nobody has read yet', () => {
  // Read at last whatever a test finds: an environment has ended when its output is read.
  let read = () => {};
  const startUnread = (name: string) => start(name, new Promise(resolve => (read = resolve)));
  afterEach(() => read());

  it('keeps the environment from asking for the next event', async () => {
    const { ended, kill } = startUnread('index.loud');
    await runtime.server.invoke({});
    await sleep(300);
    expect(count(/next/)).toBe(1);
    read();
    await expect.poll(() => count(/next/)).toBe(2);
    kill();
    const { stdout, stderr } = await ended;
    expect([stdout.length, stderr.length]).toEqual([MEGABYTE, MEGABYTE]);
  });

  it('is not lost when the process ends itself', async () => {
    const { ended } = startUnread('index.dying');
    await runtime.server.invoke({});
    await sleep(300);
    read();
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(129);
    expect(stdout).toHaveLength(MEGABYTE);
    expect(JSON.parse(stderr.slice(MEGABYTE))).toMatchObject({ errorMessage: 'nobody catches this' });
  });

  it('does not let a process that is ending take another event', async () => {
    const { ended } = startUnread('index.lingering');
    await runtime.server.invoke({});
    await sleep(300);
    void runtime.server.invoke({});
    await sleep(300);
    expect(count(/POST/)).toBe(1);
    read();
    expect((await ended).code).toBe(129);
    expect(count(/POST/)).toBe(1);
  });
});
