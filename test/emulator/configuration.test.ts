/** The function's configuration as AWS's API changes it: later, as a whole, and for environments that are made from then on. */
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/start.ts';
import { echo, emulator, invoke, until } from './harness.ts';

const pathOf = ({ invokeEndpoint }: Emulator, name = 'fn') => `${invokeEndpoint}/2015-03-31/functions/${name}`;

// biome-ignore lint/suspicious/noExplicitAny: what the API answers.
type Answer = { status: number; type: string | null; body: any };

async function ask(url: string, method: 'GET' | 'PUT' = 'GET', change?: object): Promise<Answer> {
  const answer = await fetch(url, { method, ...(change && { body: JSON.stringify(change) }) });
  return { status: answer.status, type: answer.headers.get('x-amzn-errortype'), body: await answer.json() };
}

const get = async (running: Emulator) => (await ask(`${pathOf(running)}/configuration`)).body;
const put = (running: Emulator, change: object) => ask(`${pathOf(running)}/configuration`, 'PUT', change);
const settled = (running: Emulator) =>
  until(async () => {
    const now = await get(running);
    return now.LastUpdateStatus === 'Successful' && now;
  });

describe('UpdateFunctionConfiguration', () => {
  it('serves the old configuration until the new one is there, and then in new environments', async () => {
    const running = await emulator({ env: { COLOUR: 'red', SHAPE: 'round' }, updateMs: 600 });
    const before = await echo(running.functionUrl);
    const changed = await put(running, { Environment: { Variables: { COLOUR: 'blue' } }, MemorySize: 512, Timeout: 7 });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReasonCode: 'Creating',
      Environment: { Variables: { COLOUR: 'blue' } },
      MemorySize: 512,
      Timeout: 7,
    });
    const meanwhile = await echo(running.functionUrl);
    expect([meanwhile.environment, meanwhile.env.COLOUR]).toEqual([before.environment, 'red']);
    const after = await settled(running);
    expect(after.RevisionId).not.toBe(changed.body.RevisionId);
    const late = await echo(running.functionUrl);
    expect(late.environment).not.toBe(before.environment);
    expect(late.cold).toBe(true);
    // The map is replaced as a whole.
    expect([late.env.COLOUR, late.env.SHAPE]).toEqual(['blue', undefined]);
    expect(late.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE).toBe('512');
    expect((await invoke(running, {})).log).toContain('Memory Size: 512 MB');
  });

  it('lets a call that is under way end in its old environment, which takes no other', async () => {
    const running = await emulator({ env: { COLOUR: 'red' }, updateMs: 50 });
    const slow = echo(running.functionUrl, { sleepMs: 700 });
    await until(async () => (await running.environments()).environments.some(({ state }) => state === 'busy'));
    await put(running, { Environment: { Variables: { COLOUR: 'blue' } } });
    await settled(running);
    const beside = await echo(running.functionUrl);
    expect(beside.env.COLOUR).toBe('blue');
    const { env, environment } = await slow;
    expect(env.COLOUR).toBe('red');
    await until(async () => !(await running.environments()).environments.some(({ id }) => id === environment));
  });

  it('refuses a second change meanwhile, and one of another revision', async () => {
    const running = await emulator({ updateMs: 300 });
    const { RevisionId } = await get(running);
    expect((await put(running, { Description: 'one', RevisionId })).status).toBe(200);
    const second = await put(running, { Description: 'two' });
    expect([second.status, second.type]).toEqual([409, 'ResourceConflictException']);
    await settled(running);
    const stale = await put(running, { Description: 'three', RevisionId });
    expect([stale.status, stale.type]).toEqual([412, 'PreconditionFailedException']);
    expect((await get(running)).Description).toBe('one');
  });

  it.each([
    [
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'InvalidParameterValueException',
      /reserved keys .*: AWS_REGION$/,
    ],
    [{ Environment: { Variables: { LONG: 'x'.repeat(5_000) } } }, 'InvalidParameterValueException', /4KB limit/],
    [{ Environment: { Variables: { '1st': 'x' } } }, 'InvalidRequestException', /1st/],
    [{ MemorySize: 64 }, 'InvalidRequestException', /MemorySize/],
    [{ Role: 'arn:aws:iam::1:role/x' }, 'InvalidParameterValueException', /Role cannot be changed/],
  ])('refuses %j', async (change, type, message) => {
    const running = await emulator();
    const answer = await put(running, change);
    expect([answer.status, answer.type]).toEqual([400, type]);
    expect(answer.body.message).toMatch(message);
    expect((await get(running)).LastUpdateStatus).toBe('Successful');
  });

  it('knows no other function, and tells of this one by GetFunction, too', async () => {
    const running = await emulator();
    const other = await ask(`${pathOf(running, 'other')}/configuration`, 'PUT', {});
    expect([other.status, other.type]).toEqual([404, 'ResourceNotFoundException']);
    const { body } = await ask(pathOf(running));
    expect(body.Configuration).toEqual(await get(running));
  });
});

it('a smaller memory is a smaller share', async () => {
  const running = await emulator({ memoryMb: 1769, updateMs: 50 });
  if (running.cpuShare === 'unlimited') return console.warn(`skipped: ${running.noLimits?.reason}`);
  const spin = async () => (await echo(running.functionUrl, { spinMs: 1_000 })).cpuMs!;
  const before = await spin();
  await put(running, { MemorySize: 442 });
  await settled(running);
  const after = await spin();
  // A quarter, and a period's quota at the start; of a whole one that a busy machine may not have given in full.
  expect(after).toBeLessThan(400);
  expect(after).toBeLessThan(0.7 * before);
});
