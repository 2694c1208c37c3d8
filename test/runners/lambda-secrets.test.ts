/** Secrets that come back in another form than they were sent in, and short ones. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf, never, picture, serve, started } from './calling.ts';
import { json, OUR_ANSWER, type Responder } from './fault-server.ts';

const PASSWORD = 'pa"ss wörd/1';
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function messageFor(answer: Responder, { address = '', query = '', headers = {} } = {}) {
  const { url } = await serve(answer);
  const { runner } = await started(`${url.replace('//', `//${address}`)}/${query}`, { headers });
  return (await failureOf(runner)).message;
}
const failing = (error: string) => json({ error }, 500);

describe('a message', () => {
  it.each([
    ['as it is', PASSWORD],
    ['percent-encoded', encodeURIComponent(PASSWORD)],
    ['percent-encoded in small letters', encodeURIComponent(PASSWORD).toLowerCase()],
    ['as of a form', encodeURIComponent(PASSWORD).replaceAll('%20', '+')],
    ['within JSON', JSON.stringify(PASSWORD).slice(1, -1)],
    ['in base64', base64(PASSWORD)],
    ['in the base64 of more', base64(`x${PASSWORD}yz`).slice(2, -4)],
    ['in the base64 of yet more', base64(`xx${PASSWORD}yz`).slice(3, -4)],
  ])('has no password that comes back %s', async (_, form) => {
    const address = `user:${encodeURIComponent(PASSWORD)}@`;
    const message = await messageFor(failing(`got <${form}>`), { address });
    expect(message).toMatch(/^answered 500: got <.{0,3}\*\*\*.{0,4}>$/);
  });

  it('has no secret in quotation marks, escaped', async () => {
    const predictions = [{ label: 'x', class_id: `is ${PASSWORD}`, probability: 1 }];
    const message = await messageFor(json({ predictions }), { headers: { 'x-key': PASSWORD } });
    expect(message).toBe('answered 200 with "is ***" as predictions[0].class_id instead of a class from 0 to 999');
  });

  it('has no short secret where it stands alone, and all other words', async () => {
    const given = { address: 'al:pw7@', query: '?k=q9', headers: { 'x-pin': '42' } };
    const message = await messageFor(failing('al/pw7 with q9, 42; also 422 and total'), given);
    expect(message).toBe('answered 500: ***/*** with ***, ***; also 422 and total');
  });

  it.each([
    ['Basic', `Basic ${base64('some-user:some-word')}`, 'some-user some-word'],
    ['cookies', 'session=abcdef; theme=dark-one', 'abcdef dark-one'],
    ['a signature', 'AWS4-HMAC-SHA256 Credential=AKIAXX/2026, Signature=0123abcd', '0123abcd AKIAXX/2026'],
  ])('has nothing of what a header holds within: %s', async (_, value, echoed) => {
    const header = value.startsWith('session') ? 'Cookie' : 'Authorization';
    const message = await messageFor(failing(echoed), { headers: { [header]: value } });
    expect(message).toBe('answered 500: *** ***');
  });

  it('of a redirect has no short secret of its host', async () => {
    const redirect = json({}, 302, { location: 'https://pw7.example/' });
    const message = await messageFor(redirect, { address: 'al:pw7@' });
    expect(message).toBe('answered 302, a redirect to ***.example, which is not followed');
  });
});

describe('what is kept of an answer', () => {
  it('has no short password where it stands alone', async () => {
    const { url } = await serve(json({ ...OUR_ANSWER, environment_id: 'for al:pw7', model: { name: 'pw7' } }));
    const { runner } = await started(url.replace('//', '//al:pw7@'));
    expect((await runner.infer(picture, never)).environmentId).toBe('for ***');
    expect(runner.learned().model).toEqual({ name: '***' });
  });
});

it('a password that is a word of ours spoils no sample', async () => {
  const { url } = await serve(json(OUR_ANSWER));
  const { runner } = await started(url.replace('//', '//handler:warm@'));
  expect(await runner.infer(picture, never)).toMatchObject({ start: 'warm', traceJoin: 'handler' });
});

it('an address that is none shows nothing, not even what would be its scheme', async () => {
  const error = await started('my-secret:word@host/').catch(thrown => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(`${error.message} ${error.hint}`).not.toMatch(/my-secret|word/);
});
