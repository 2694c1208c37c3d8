/** What helps when a call has failed, in words for who pressed the button. */
import type { FailureKind } from '../core/errors.ts';

const BROKEN = 'open it in another program and save it anew, or choose another picture';
const ADDRESS = 'check the address that resnet-bench serve was given by --url';
const LOG = "its log tells why: in CloudWatch Logs under the function's name";

/** Of `emulated` functions the server's own notes say more. */
export function adviceFor(kind: FailureKind | string): string {
  return ADVICE[kind as FailureKind] ?? 'try again; when that does not help, the terminal of the server may tell more';
}

const ADVICE: Readonly<Partial<Record<FailureKind, string>>> = {
  'undecodable-image': BROKEN,
  'image-too-large': 'shrink it: more pixels are not decoded',
  dns: `${ADDRESS}; is this machine on the network?`,
  refused: `nobody listens there: is the function deployed, the emulator running? Else ${ADDRESS}`,
  unreachable: 'there is no way there: is this machine on the network?',
  tls: ADDRESS,
  reset: 'the connection broke before the answer: try again',
  timeout: 'it took longer than --timeout: a large picture, a cold start, or a function that hangs. Try again',
  'http-403':
    'the function refuses who asks: a Function URL needs both permissions for the public, an API its key (--header)',
  'too-large': 'shrink the picture: Lambda takes 6 MB of base64, which are some 4.7 MB',
  throttled: 'too many calls at once: wait a moment, or raise the concurrency of the function',
  'http-4xx': 'the function does not take this request; its message above says why',
  redirect: `it sends us elsewhere, which is not followed: ${ADDRESS}`,
  'http-5xx': LOG,
  'function-error': LOG,
  'not-http': ADDRESS,
  'not-json': `${ADDRESS}: what answers there is no function that keeps the contract`,
  truncated: 'the answer broke off: try again',
  'bad-answer': `${ADDRESS}: what answers there does not keep the contract`,
  interrupted: 'it was broken off: try again',
};
