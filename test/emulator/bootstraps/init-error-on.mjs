// Reports why it cannot start, then goes on as if it could.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

async function fail(errorType) {
  const headers = { 'Lambda-Runtime-Function-Error-Type': `Runtime.${errorType}` };
  const body = JSON.stringify({ errorType, errorMessage: errorType });
  return (await fetch(`${api}/init/error`, { method: 'POST', headers, body })).status;
}

const statuses = [await fail('First'), await fail('Second'), (await fetch(`${api}/invocation/next`)).status];
console.log(`SEEN ${statuses}`);
setInterval(() => {}, 1_000);
