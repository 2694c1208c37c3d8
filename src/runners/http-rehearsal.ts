/** A first call against a socket that is none: the HTTP client compiles its parser (some 8 ms) before anything is measured. */
import { Duplex } from 'node:stream';
import { type ClientClass, HttpConnection } from './http-connection.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
/** More than enough, and no reason to wait when it is not. */
const TIMEOUT_MS = 1_000;

export async function rehearse(Client: ClientClass, signal: AbortSignal): Promise<void> {
  const connection = new HttpConnection(Client, 'http://rehearsal', () => {
    let asked = false;
    const socket: Duplex = new Duplex({
      read: () => {},
      write(_chunk, _encoding, done) {
        if (!asked) socket.push(ANSWER);
        asked = true;
        done();
      },
    });
    setImmediate(() => socket.emit('connect'));
    return socket;
  });
  const request = { path: '/', headers: {}, body: Buffer.from('{}'), timeoutMs: TIMEOUT_MS, last: true };
  // Nothing depends on what comes of it.
  await connection.send(request, signal);
  connection.close();
}
