/** Whether the function's address can be reached, without a call: that would start an environment, and be counted and billed. */
import { connect as connectPlainly } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { messageOf } from '../core/errors.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import { type Finding, soon } from './finding.ts';

const NAME = 'address';

/** Name, connection and, of https, certificate. */
export async function address(url: string, signal: AbortSignal): Promise<Finding> {
  const origin = new URL(parseAddress(url).origin);
  const startMs = performance.now();
  try {
    await soon(signal, limit => connected(origin, limit));
  } catch (thrown) {
    signal.throwIfAborted();
    const mend = 'is the address right, and is there a way to the network?';
    return { name: NAME, mark: 'broken', fact: `${origin.host} cannot be reached: ${messageOf(thrown)}`, mend };
  }
  const ms = Math.round(performance.now() - startMs);
  const how = origin.protocol === 'https:' ? 'name, connection and TLS' : 'name and connection';
  return { name: NAME, mark: 'ok', fact: `${origin.host} can be reached: ${how} in ${ms} ms (not called)` };
}

function connected({ protocol, hostname, port }: URL, signal: AbortSignal): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'https:';
  const at = { host, port: Number(port) || (isSecure ? 443 : 80) };
  return new Promise((resolve, reject) => {
    const socket = isSecure ? connectSecurely({ ...at, servername: host }) : connectPlainly(at);
    const end = () => socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      resolve();
      end();
    });
    socket.once('error', reject);
  });
}
