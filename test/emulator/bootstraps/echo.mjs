// Answers with the event, what it knows of itself, and the Runtime API's headers. The event's `do` chooses something else.
import { randomUUID } from 'node:crypto';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const environment = randomUUID();
let calls = 0;
const hog = [];
console.log(`echo starts ${process.pid}`);

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const event = await next.json();
  calls += 1;
  console.log(`echo call ${calls}`);
  const order = typeof event.body === 'string' && event.body.startsWith('{') ? JSON.parse(event.body) : event;
  if (order.exit !== undefined) process.exit(order.exit);
  if (order.timerMs) setTimeout(() => console.log(`timer fired at ${Date.now()}`), order.timerMs);
  if (order.log !== undefined) console.log(order.log);
  let cpuMs;
  if (order.spinMs) cpuMs = spin(order.spinMs);
  if (order.hogMb) hog.push(Buffer.alloc(order.hogMb * 1024 * 1024, 1));
  if (order.sleepMs) await new Promise(resolve => setTimeout(resolve, order.sleepMs));
  if (order.throw) {
    const body = JSON.stringify({ errorMessage: order.throw, errorType: 'Error', stackTrace: [] });
    await fetch(`${api}/invocation/${id}/error`, {
      method: 'POST',
      body,
      headers: { 'Lambda-Runtime-Function-Error-Type': 'Function.Thrown' },
    });
    continue;
  }
  const answer = {
    environment,
    pid: process.pid,
    cold: calls === 1,
    calls,
    ...(cpuMs !== undefined && { cpuMs }),
    event,
    headers: Object.fromEntries(next.headers),
    env: process.env,
  };
  let text = JSON.stringify(answer);
  if (order.answer !== undefined) text = JSON.stringify(order.answer);
  if (order.raw !== undefined) text = order.raw;
  if (order.bytes) text = JSON.stringify('x'.repeat(order.bytes - 2));
  const posted = await fetch(`${api}/invocation/${id}/response`, { method: 'POST', body: text });
  if (posted.status !== 202) console.log(`response ${posted.status} ${await posted.text()}`);
  if (order.overheadMs) await new Promise(resolve => setTimeout(resolve, order.overheadMs));
}

/** Works without a pause; answers how much of the time it was given. */
function spin(ms) {
  const until = performance.now() + ms;
  const before = process.cpuUsage();
  while (performance.now() < until);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
