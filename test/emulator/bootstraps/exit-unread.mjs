// Asks for an event and is gone before it has read it, every time.
import { get } from 'node:http';

console.log('starts');
get(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`, () => process.exit(9));
