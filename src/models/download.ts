/** Fetches a model file from the first mirror that delivers it: resumed, given up when a mirror falls silent, used only with the right SHA-256. */
import { basename } from 'node:path';
import { unescape as percentDecode } from 'node:querystring';
import type { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { formatDuration } from '../core/duration.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import { PartFile } from './part-file.ts';

/** Longer than any pause of a mirror that works; connecting counts, too. */
const STALL_MS = 5_000;
/** A mirror that does not say how much it sends must not fill the disk. */
const LARGEST = 2 ** 30;
/** Hugging Face needs two. */
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const UNREACHABLE_HINT =
  'look at the network and HTTPS_PROXY, set RESNET_BENCH_MIRROR, or name a model on this machine: --model FILE';
const WRONG_FILE_HINT =
  'a proxy or a login page may have answered; set RESNET_BENCH_MIRROR, or name a model on this machine: --model FILE';

export interface Download {
  /** Mirrors in the order in which they are tried; http or https, checked. */
  readonly urls: readonly string[];
  /** Hex. */
  readonly sha256: string;
  /** Size of the file if known: tells a wrong file before it is downloaded. */
  readonly bytes?: number | undefined;
  /** Where the file goes. It appears there only whole and right, in place of an older one. */
  readonly file: string;
  /** Ends the download with its reason; what has arrived is kept. */
  readonly signal: AbortSignal;
  readonly stallMs?: number | undefined;
  /** Bytes there so far, those of an earlier download included, and in all; called for every chunk. */
  readonly onProgress?: ((receivedBytes: number, totalBytes: number | undefined) => void) | undefined;
}

/** No mirror delivered the file, and none sent a wrong one: there is no network, or as good as none. */
export class UnreachableError extends SetupError {}

/** What one mirror did wrong. */
class MirrorError extends Error {}

/** It has a file, but not this one. */
class WrongFileError extends MirrorError {}

/**
 * Throws UnreachableError; SetupError when the bytes that came were wrong or the disk refuses them; the signal's reason.
 * Several downloads of one file may run at once, in any number of processes: each writes a part of its own.
 */
export async function downloadModel(download: Download): Promise<void> {
  const part = await PartFile.claim(download.file);
  try {
    // An earlier download may have been killed just before its file got its name.
    if (part.sha256() !== download.sha256) await completeFromMirrors(part, download);
    await part.publish();
  } finally {
    await part.release();
  }
}

async function completeFromMirrors(part: PartFile, download: Download): Promise<void> {
  const failures: string[] = [];
  let wrongFile = false;
  for (const url of download.urls) {
    try {
      return await completeFrom(url, part, download);
    } catch (error) {
      download.signal.throwIfAborted();
      // Not the mirror's fault: the disk's, or a bug of ours.
      if (!isMirrorsFault(error)) throw error;
      wrongFile ||= error instanceof WrongFileError;
      failures.push(`${withoutSecrets(url)}: ${messageOf(error) || error.code}`);
    }
  }
  const message = `cannot download ${basename(download.file)}: ${failures.join('; ')}`;
  throw wrongFile ? new SetupError(message, WRONG_FILE_HINT) : new UnreachableError(message, UNREACHABLE_HINT);
}

async function completeFrom(url: string, part: PartFile, download: Download): Promise<void> {
  let resumed: boolean;
  do {
    resumed = await transfer(url, part, download);
    if (part.sha256() === download.sha256) return;
    await part.clear();
    // The old bytes may be of another version of the file: once more without them.
  } while (resumed);
  throw new WrongFileError('what it sent does not have the SHA-256 of the catalogue');
}

/** Appends to the part what the mirror has beyond it, or starts it anew. Returns whether older bytes were kept. */
async function transfer(url: string, part: PartFile, download: Download): Promise<boolean> {
  const { bytes, signal, stallMs = STALL_MS, onProgress } = download;
  const agent = await proxyAwareAgent();
  signal.throwIfAborted();
  // Destroying the agent ends everything at once, a connection in the making included.
  const stop = () => void agent.destroy();
  let silent = false;
  const watch = () =>
    setTimeout(() => {
      silent = true;
      stop();
    }, stallMs);
  let timer = watch();
  signal.addEventListener('abort', stop);
  try {
    const { statusCode, headers, body } = await get(url, part.size, agent);
    const resumed = statusCode !== 200;
    if (resumed && !startsAt(part.size, headers)) return true;
    const start = resumed ? part.size : 0;
    const total = headers['content-length'] === undefined ? bytes : start + Number(headers['content-length']);
    if (bytes !== undefined && total !== bytes) throw new WrongFileError(`has ${total} bytes instead of ${bytes}`);
    if (!resumed) await part.clear();
    const most = total ?? LARGEST;
    const chunks: AsyncIterable<Buffer> = body;
    for await (const chunk of chunks) {
      // While the disk is at work, the mirror is not to blame.
      clearTimeout(timer);
      if (part.size + chunk.length > most) throw new WrongFileError(`sends more than ${most} bytes`);
      await part.append(chunk);
      onProgress?.(part.size, total);
      timer = watch();
    }
    return resumed;
  } catch (error) {
    throw silent ? new MirrorError(`nothing came for ${formatDuration(stallMs)}`) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    await agent.destroy();
  }
}

/** Asks for the file from byte `from` on and follows redirects. The answer is 200, or 206 or 416 when a range was asked for. */
async function get(address: string, from: number, dispatcher: Dispatcher): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici');
  let url = new URL(address);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await request(url, {
      dispatcher,
      headers: {
        // Range and SHA-256 are about the file's own bytes.
        'accept-encoding': 'identity',
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
        ...authorization(url),
      },
    });
    const { statusCode, headers } = answer;
    if (statusCode === 200 || (from > 0 && (statusCode === 206 || statusCode === 416))) return answer;
    if (!REDIRECTS.has(statusCode)) throw new MirrorError(`answered ${statusCode}`);
    await answer.body.dump();
    const target = new URL(String(headers.location), url);
    if (target.protocol !== url.protocol && target.protocol !== 'https:')
      throw new MirrorError(`redirects to ${withoutSecrets(target)}, which is not https`);
    url = target;
  }
  throw new MirrorError(`redirects more than ${MAX_REDIRECTS} times`);
}

function startsAt(start: number, headers: Dispatcher.ResponseData['headers']): boolean {
  return String(headers['content-range']).startsWith(`bytes ${start}-`);
}

/** A mirror's address may carry a user and a password; a redirect to another host loses them. */
function authorization(url: URL): { authorization?: string } {
  if (url.username === '') return {};
  // Unlike decodeURIComponent it lets a lone % pass.
  const credentials = `${percentDecode(url.username)}:${percentDecode(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

async function proxyAwareAgent(): Promise<EnvHttpProxyAgent> {
  // Not before there is something to download: it takes 60 ms and 20 MB, which every run would bear.
  const { EnvHttpProxyAgent } = await import('undici');
  try {
    return new EnvHttpProxyAgent();
  } catch (error) {
    throw new SetupError(
      'the address in HTTP_PROXY or HTTPS_PROXY is not valid',
      'write it as http://HOST:PORT',
      error,
    );
  }
}

/** For messages: user, password and query may be secrets. */
function withoutSecrets(address: string | URL): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

/** Errors of the network, of TLS and of HTTP have a code; those of the disk have become SetupErrors. */
function isMirrorsFault(error: unknown): error is Error & { code?: string } {
  return error instanceof MirrorError || (error instanceof Error && 'code' in error);
}
