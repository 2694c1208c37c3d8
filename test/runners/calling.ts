/** A lambda runner on its way to a server of a test, and both stopped after it. */
import { afterEach, expect } from 'vitest';
import { QueryError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/image.ts';
import { LambdaRunner, type LambdaRunnerOptions } from '../../src/runners/index.ts';
import { type Certificate, json, type Responder, startServer } from './fault-server.ts';

export const never = new AbortController().signal;
export const picture = imageOf('picture', Buffer.from('a picture, for all that a server of ours looks at it'));
/** As a photograph may have: more than a socket's buffer takes at once. */
export const large = imageOf('large', Buffer.alloc(1_000_000, 'x'));
export function imageOf(name: string, bytes: Uint8Array): Image {
  return { name, bytes, sha256: name };
}

export const open: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await (it.stop?.() ?? it.close?.());
});

export async function serve(respond: Responder, certificate?: Certificate) {
  const server = await startServer(respond, certificate);
  open.push(server);
  return server;
}

export async function started(url: string, options: Partial<LambdaRunnerOptions> = {}) {
  const runner = new LambdaRunner({ url, timeoutMs: 10_000, connection: 'keep', images: [picture], ...options });
  open.push(runner);
  return { runner, info: await runner.start(never) };
}

export async function answerTo(content: unknown, options: Partial<LambdaRunnerOptions> = {}, headers = {}) {
  const { url } = await serve(json(content, 200, headers));
  const { runner } = await started(url, options);
  return { runner, inference: await runner.infer(picture, never) };
}

export async function failureOf(runner: LambdaRunner, image = picture, signal = never): Promise<QueryError> {
  const thrown = await runner.infer(image, signal).catch(error => error);
  expect(thrown).toBeInstanceOf(QueryError);
  return thrown;
}
