/** The page's server as its users start it, and requests to it that no browser would make. */
import { request } from 'node:http';
import type { ClassifyAnswer } from '../../src/web/client/answers.ts';
import { type Program, type Running, until } from '../cli/program.ts';

export interface Serving {
  readonly running: Running;
  /** With a slash at its end. */
  readonly url: string;
  readonly port: number;
}

/** On a port of its own; ended with the tests of the file. */
export async function serve(
  program: Program,
  args: readonly string[] = [],
  options: Parameters<Program['start']>[1] = {},
): Promise<Serving> {
  const running = await program.start(['serve', '--port', '0', ...args], options);
  const url = await until('the page', () => /http:\S+/.exec(running.stdout())?.[0]);
  return { running, url, port: Number(new URL(url).port) };
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Headers as they stand here, `Host` too. A connection that is closed without an answer has status 0. */
export function ask({ port }: Pick<Serving, 'port'>, { method = 'GET', path = '/', headers = {}, body }: Asked) {
  return new Promise<Answered>(resolve => {
    const nothing = () => resolve({ status: 0, headers: {}, body: '' });
    const asking = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      const pieces: Buffer[] = [];
      response.on('data', piece => pieces.push(piece));
      response.on('error', nothing);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString('utf8'),
        }),
      );
    });
    asking.on('error', nothing);
    asking.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function asBody(picture: Buffer): string {
  return JSON.stringify({ image: picture.toString('base64') });
}

export function post(serving: Pick<Serving, 'port'>, body: string | Buffer, path = '/classify?target=local') {
  return ask(serving, { method: 'POST', path, headers: JSON_TYPE, body });
}

/** Throws where it was not answered well. */
export async function classify(serving: Serving, picture: Buffer, target: string) {
  const { status, body } = await post(serving, asBody(picture), `/classify?target=${target}`);
  if (status !== 200) throw new Error(`answered ${status}: ${body}`);
  return (JSON.parse(body) as ClassifyAnswer).results.map(result => {
    if ('error' in result) throw new Error(result.error.message);
    return result;
  });
}
