// Does to the Runtime API what a runtime should not, and answers with the statuses it got.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

async function post(path, body = '{}', headers = {}) {
  const response = await fetch(`${api}${path}`, { method: 'POST', body, headers });
  return `${response.status} ${JSON.parse(await response.text()).errorType ?? 'OK'}`;
}

const seen = { early: await post('/invocation/none/response') };
let next = await fetch(`${api}/invocation/next`);
const id = next.headers.get('lambda-runtime-aws-request-id');
seen.length = next.headers.get('content-length');
seen.encoding = next.headers.get('transfer-encoding');
await next.text();
// Asking again while busy gives the same event again.
next = await fetch(`${api}/invocation/next`);
seen.again = next.headers.get('lambda-runtime-aws-request-id') === id;
await next.text();
seen.lateInitError = await post('/init/error');
seen.wrongId = await post('/invocation/none/response');
seen.wrongAttempt = await post(`/invocation/${id}/response`, '{}', { 'Lambda-Runtime-Invocation-Id': 'other' });
seen.wrongMode = await post(`/invocation/${id}/response`, '{}', { 'Lambda-Runtime-Function-Response-Mode': 'odd' });
seen.unknownPath = await post('/nothing');
seen.right = await post(`/invocation/${id}/response`, JSON.stringify('done'), {
  'Lambda-Runtime-Invocation-Id': next.headers.get('lambda-runtime-invocation-id'),
});
seen.twice = await post(`/invocation/${id}/response`);
seen.errorAfter = await post(`/invocation/${id}/error`);
console.log(`SEEN ${JSON.stringify(seen)}`);
await fetch(`${api}/invocation/next`);
