// Reports why it cannot start, and stays: the platform has to end it.
await fetch(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/init/error`, {
  method: 'POST',
  headers: { 'Lambda-Runtime-Function-Error-Type': 'Runtime.NoModel' },
  body: JSON.stringify({ errorMessage: 'no model', errorType: 'NoModel', stackTrace: [] }),
});
setInterval(() => {}, 1_000);
