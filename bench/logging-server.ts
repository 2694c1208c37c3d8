/** `logging-server.ts DELAYS`: answers as a function does, after delays in turn (JSON, milliseconds), and keeps a log of its own latencies. `load.ts` starts it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const delaysMs: number[] = JSON.parse(process.argv[2]!);
const predictions = Array.from({ length: 5 }, (_, i) => ({ label: `class ${i}`, class_id: i, probability: 20 }));
const ANSWER = JSON.stringify({ predictions, cold_start: false });
let calls = 0;
let log: number[] = [];

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(log));
    log = [];
    return;
  }
  request.resume();
  request.once('end', () => {
    const receivedMs = performance.now();
    const delayMs = delaysMs[calls++ % delaysMs.length]!;
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(ANSWER);
      log.push(performance.now() - receivedMs);
    }, delayMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().once('end', () => process.exit(0));
