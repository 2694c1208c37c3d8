/** Events as front doors make them. */

/** Payload 2.0, as a Function URL sends it. */
export function urlEvent(body: string | undefined, changes: object = {}): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/classify',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'abc.lambda-url.eu-west-1.on.aws' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      http: { method: 'POST', path: '/classify', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: '3f6e9a6e-0000-4000-8000-000000000000',
      stage: '$default',
      timeEpoch: 1_790_000_000_000,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    ...changes,
  };
}

export function preflightEvent(): object {
  return urlEvent(undefined, { requestContext: { http: { method: 'OPTIONS', path: '/classify' } } });
}

/** Payload 1.0, as an HTTP API sends it when asked to, and a REST API always. */
export function restEvent(body: string | null, httpMethod = 'POST'): object {
  return {
    version: '1.0',
    resource: '/classify',
    path: '/classify',
    httpMethod,
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    requestContext: { accountId: '123456789012', apiId: 'abc', httpMethod, path: '/classify', stage: '$default' },
    body,
    isBase64Encoded: false,
  };
}

/** What EventBridge sends a function on a schedule: how people keep one warm. */
export function scheduledEvent(): object {
  return { version: '0', source: 'aws.events', 'detail-type': 'Scheduled Event', region: 'eu-west-1', detail: {} };
}

/** The request's body. */
export function imageBody(bytes: Uint8Array): { image: string } {
  return { image: Buffer.from(bytes).toString('base64') };
}
