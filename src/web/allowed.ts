/** Who may ask: requests by an address that is the server's own, from its own pages or from no page at all. */
import { isIP } from 'node:net';

/** What is looked at, as the request gives it. */
export interface Asking {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly mode: string | undefined;
}

/** Where the server listens. */
export interface Listening {
  /** As it was given: `127.0.0.1`, `0.0.0.0`, a name. */
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1';
}

/** Why it may not ask; undefined when it may. */
export function whyNot(asking: Asking, listening: Listening): string | undefined {
  const { host, origin } = asking;
  if (host === undefined || !isOurs(host, listening)) return 'this server does not go by that name';
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return 'requests of other pages are not served';
  }
  return isOfAnotherPage(asking) ? 'requests of other pages are not served' : undefined;
}

/** A name of somebody else's may be made to lead here (DNS rebinding); an address cannot, and `localhost` is this machine. */
function isOurs(host: string, listening: Listening): boolean {
  const [, name = '', port = '80'] = /^(\[[\da-f:]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(host) ?? [];
  if (Number(port) !== listening.port) return false;
  const lower = name.toLowerCase();
  if (isLoopback(listening.host)) return isLoopback(lower);
  return isLoopback(lower) || isIP(lower.replace(/^\[|\]$/g, '')) !== 0 || lower === listening.host.toLowerCase();
}

/** Browsers say so themselves. Following a link to the page is no use of it. */
function isOfAnotherPage({ method, site, mode }: Asking): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(mode === 'navigate' && method === 'GET');
}
