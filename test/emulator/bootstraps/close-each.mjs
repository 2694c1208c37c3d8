// Makes a connection for each request, as clients without keep-alive do. Dies in the middle of its second event.
import { request } from 'node:http';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

function ask(path, body) {
  return new Promise((resolve, reject) => {
    const asking = request(api + path, { method: body === undefined ? 'GET' : 'POST', agent: false }, answer => {
      answer.resume().on('end', () => resolve(answer.headers));
    });
    asking.on('error', reject).end(body);
  });
}

for (let call = 1; ; call += 1) {
  const headers = await ask('/invocation/next');
  const id = headers['lambda-runtime-aws-request-id'];
  console.log(`works on ${id}`);
  if (call === 2) {
    await new Promise(resolve => setTimeout(resolve, 200));
    process.exit(9);
  }
  await ask(`/invocation/${id}/response`, '"done"');
}
