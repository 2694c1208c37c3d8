// Keeps the contract, and tells nothing of itself: neither request nor trace, as the original function.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const predictions = [1, 2, 3, 4, 5].map(class_id => ({
  label: `class ${class_id}`,
  class_id,
  probability: 60 / class_id,
}));

for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  await next.text();
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const body = JSON.stringify({ statusCode: 200, body: JSON.stringify({ predictions }) });
  await fetch(`${api}/invocation/${id}/response`, { method: 'POST', body });
}
