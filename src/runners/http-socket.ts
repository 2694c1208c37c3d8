/** Opens the socket of a connection: TCP, then TLS for https, and tells how far it got. */
import { isIP, connect as openTcp, type Socket } from 'node:net';
import { connect as openTls } from 'node:tls';
import type { Stage } from './http-failure.ts';

export interface SocketTarget {
  readonly protocol: string;
  readonly hostname: string;
  /** Empty for the scheme's own. */
  readonly port: string;
  /** From a Host header. */
  readonly servername?: string | undefined;
}

/** Node's 250 ms would give up an address on the other side of the world, and count the attempt as connecting. */
const ATTEMPT_MS = 1_000;
/** Some routers forget a silent connection after minutes. */
const PROBE_AFTER_MS = 60_000;

/** Emits `connect` or, for https, `secureConnect` when it is ready. No TLS session is resumed: each handshake is a whole one. */
export function openSocket(target: SocketTarget, onStage: (stage: Stage) => void): Socket {
  const { protocol, hostname, port, servername } = target;
  const secure = protocol === 'https:';
  const where = {
    host: hostname,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
  };
  // A server name is a name: the standard allows no address there.
  const name = servername || (isIP(hostname) === 0 ? hostname : '');
  const socket = secure ? openTls({ ...where, servername: name, ALPNProtocols: ['http/1.1'] }) : openTcp(where);
  onStage(isIP(hostname) === 0 ? 'resolving' : 'connecting');
  socket.once('lookup', (error: Error | null) => error === null && onStage('connecting'));
  if (secure) socket.once('connect', () => onStage('securing'));
  return socket.setNoDelay(true).setKeepAlive(true, PROBE_AFTER_MS);
}
