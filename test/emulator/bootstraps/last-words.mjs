// Dies, without a chance to do anything more, as soon as the kernel has its answer of BYTES bytes.
import { connect } from 'node:net';

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const path = '/2018-06-01/runtime/invocation';
const next = await fetch(`http://${host}:${port}${path}/next`);
const id = next.headers.get('lambda-runtime-aws-request-id');
await next.text();
const body = JSON.stringify('x'.repeat(Number(process.env.BYTES) - 2));
const head = `POST ${path}/${id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
const socket = connect(Number(port), host, () => {
  socket.write(head + body, () => process.kill(process.pid, 'SIGKILL'));
});
