/** A server between the program and the emulator that lets answers tell neither their trace nor their log, so that both have to be looked for. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const UNTOLD = new Set(['x-amzn-trace-id', 'x-amz-log-result', 'content-length']);

export interface ReticentProxy {
  readonly url: string;
  close(): void;
}

/** `rewrite`: of each answer's text. */
export async function reticentProxy(target: string, rewrite = (text: string) => text): Promise<ReticentProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request(new URL(url!, target), { method: method!, headers }, answer => {
      const chunks: Buffer[] = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () => {
        const told = Object.entries(answer.headers).filter(([name]) => !UNTOLD.has(name));
        outgoing.writeHead(answer.statusCode!, Object.fromEntries(told) as Record<string, string>);
        outgoing.end(rewrite(Buffer.concat(chunks).toString('utf8')));
      });
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
