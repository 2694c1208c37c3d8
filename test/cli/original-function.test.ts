/** The original Python function, measured by its URL: what it does not tell is unknown, and shown so. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, nested, PYTHON_ANSWER, startServer } from '../runners/fault-server.ts';
import { onlyRun, ROOT, recordIn, useProgram } from './program.ts';

const program = useProgram();
const PICTURE = join(ROOT, 'fixtures', 'odd', '1x1.png');

describe.each([
  ['plain', PYTHON_ANSWER],
  ['nested once', nested(PYTHON_ANSWER)],
  ['nested twice', nested(nested(PYTHON_ANSWER))],
])('its answer %s', (_, answer) => {
  it('is measured; unknown start kinds get a table all the same', async () => {
    const server = await startServer(json(answer));
    const cwd = await program.fresh();
    const args = ['lambda', '--url', `${server.url}/classify`, '--iterations', '12', '--warmup', '2', PICTURE];
    const { code, stdout, stderr } = await program.run(args, { cwd });
    await server.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(server.requests).toHaveLength(14);
    const record = await recordIn(await onlyRun(join(cwd, 'reports')));
    const { info, summary, samples, warnings } = record.targets[0]!;

    // This one answers at once with the figures of a slow call, and is found out.
    expect(warnings.map(({ code }) => code)).toEqual(['handler-longer-than-call']);
    expect(info).toEqual({ emulated: false, connection: 'keep', url: `${server.url}/classify` });
    expect(new Set(samples.map(({ start }) => start))).toEqual(new Set(['unknown']));
    expect(Object.keys(summary).sort()).toEqual(['failed', 'unknown']);
    expect(summary.unknown!.serviceMs!.count).toBe(12);
    expect(summary.unknown!.inferenceMs!.count).toBe(12);
    for (const untold of ['postprocessMs', 'initMs']) expect(summary.unknown).not.toHaveProperty(untold);
    for (const sample of samples) {
      for (const untold of ['cpu', 'environmentId', 'requestId', 'traceId']) expect(sample).not.toHaveProperty(untold);
    }

    expect(stdout).toMatch(
      /^lambda: Lambda http:\S+, memory size unknown · front door unknown, connection kept · its machine unknown$/m,
    );
    expect(stdout).toMatch(/^ +model unknown · threads unknown · preprocessing unknown$/m);
    expect(stdout).toMatch(/^12 calls of unknown start \(after 2 to warm up\)$/m);
    for (const stage of ['parse', 'preprocess', 'inference', 'handler', 'outside', 'service', 'first byte', 'encode']) {
      expect(stdout).toMatch(new RegExp(`^${stage} +-?[\\d.]`, 'm'));
    }
    expect(stdout).toContain('unknown, because the function does not tell: postprocess\n');
    expect(stdout).toContain('whether a call met a cold environment is unknown: the function does not tell');
    expect(stdout).not.toMatch(/undefined|NaN|cold call/);
  });
});
