/** Where a function is called, and what goes with each call: a URL with the user's headers, or Invoke with a signature. */
import { createHash } from 'node:crypto';
import type { AwsAccess } from '../aws/access.ts';
import { AwsFailure } from '../aws/aws-failure.ts';
import { type FunctionConfiguration, LambdaApi } from '../aws/lambda-client.ts';
import { SetupError } from '../core/errors.ts';
import { policyOf } from '../core/policy-hint.ts';
import type { TargetInfo, Warning } from '../core/record.ts';
import { accessError } from './access-error.ts';
import { parseAddress } from './lambda-address.ts';
import { type Headers, mergeHeaders } from './lambda-headers.ts';
import type { FrontDoor } from './lambda-identity.ts';
import type { Redact } from './lambda-redact.ts';
import { redactors } from './lambda-secrets.ts';

export interface Door {
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly frontDoor: FrontDoor;
  /** What of it a record may show. */
  readonly info: Partial<TargetInfo>;
  /** Of its form. */
  readonly body: 'body' | 'event';
  /** For messages, and for what is kept of an answer. */
  readonly quoted: Redact;
  readonly told: Redact;
  /** Of one call. Those of the connection, and the trace's, come on top. */
  headersOf(body: Buffer): Promise<Headers> | Headers;
  /** False when it is known to leave no traces. */
  readonly traces: boolean;
  warnings(): readonly Warning[];
  close(): void;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' } as const;

export interface UrlTarget {
  /** http or https; user and password become an Authorization header, the query is sent as it is; neither is ever shown. */
  readonly url: string;
  /** Told from an address of AWS's own when absent. */
  readonly frontDoor?: 'url' | 'http-api' | undefined;
  /** Sent with each call; values are secret. */
  readonly headers?: Headers | undefined;
}

/** Throws UsageError for an address or a header that cannot be. */
export function urlDoor({ url, frontDoor: given, headers: users = {} }: UrlTarget): Door {
  const address = parseAddress(url);
  const { authorization, region, origin, path, shown } = address;
  const headers = mergeHeaders(authorization === undefined ? JSON_HEADERS : { ...JSON_HEADERS, authorization }, users);
  const frontDoor = given ?? address.frontDoor;
  return {
    origin,
    path,
    frontDoor,
    info: { url: shown, ...(frontDoor && { frontDoor }), ...(region && { region }) },
    body: 'body',
    ...redactors(address, headers, JSON_HEADERS),
    headersOf: () => headers,
    traces: true,
    warnings: () => [],
    close: () => {},
  };
}

export interface InvokeTarget {
  /** Name, partial or full ARN, with or without a qualifier. */
  readonly functionName: string;
  readonly access: AwsAccess;
  /** That of `resnet-bench aws policy`, for hints. */
  readonly command?: string | undefined;
}

/** Throws SetupError when there are no credentials, no region or no such function; not being allowed to read its configuration is a warning. */
export async function invokeDoor(target: InvokeTarget, signal: AbortSignal): Promise<Door> {
  const { functionName } = target;
  const api = await LambdaApi.open(target.access);
  try {
    const { configuration, warnings } = await configurationOf(api, target, signal);
    const address = await api.address(functionName);
    const { memoryMb, logGroup } = configuration;
    const name = configuration.functionName ?? plainName(functionName);
    const hashes = new WeakMap<Buffer, string>();
    const hashOf = (body: Buffer) => {
      const hash = hashes.get(body) ?? createHash('sha256').update(body).digest('hex');
      hashes.set(body, hash);
      return hash;
    };
    return {
      ...address,
      frontDoor: 'invoke',
      info: {
        frontDoor: 'invoke',
        functionName: name,
        region: address.region,
        ...(memoryMb !== undefined && { memoryMb }),
        ...(logGroup !== undefined && { logGroup }),
      },
      body: 'event',
      quoted: text => text,
      told: text => text,
      headersOf: body => api.sign(address, hashOf(body), { ...JSON_HEADERS, 'x-amz-log-type': 'Tail' }),
      traces: configuration.tracing !== 'PassThrough',
      warnings: () => warnings,
      close: () => api.close(),
    };
  } catch (thrown) {
    api.close();
    throw thrown instanceof AwsFailure ? setupError(thrown, functionName) : thrown;
  }
}

/** Of a name in any of its forms. */
export function plainName(functionName: string): string {
  return /(?:^|:function:)([^:]+)(?::[^:]+)?$/.exec(functionName)?.[1] ?? functionName;
}

/** The region that an ARN tells. */
export function regionOf(functionName: string): string | undefined {
  return /^arn:[^:]+:lambda:([^:]+):/.exec(functionName)?.[1];
}

async function configurationOf(
  api: LambdaApi,
  { functionName, command }: InvokeTarget,
  signal: AbortSignal,
): Promise<{ configuration: FunctionConfiguration; warnings: Warning[] }> {
  try {
    const configuration = await api.configuration(functionName, signal);
    return { configuration, warnings: [] };
  } catch (thrown) {
    if (!(thrown instanceof AwsFailure) || thrown.kind !== 'denied') throw thrown;
    return { configuration: {}, warnings: [unread(thrown, functionName, command)] };
  }
}

export function notTracing(): Warning {
  return {
    code: 'no-active-tracing',
    message: "the function's tracing is PassThrough: its calls leave no traces",
    advice: 'set it to Active (TracingConfig), or run with --no-traces',
  };
}

function unread({ code, operation }: AwsFailure, functionName: string, command: string | undefined): Warning {
  return {
    code: 'configuration-denied',
    message: `the function's configuration is not known (${code.replace(/Exception$/, '')}: ${operation})`,
    advice: `allow what this prints: ${policyOf(command, functionName)}; memory and tracing are then checked before the first call`,
  };
}

export function setupError(failure: AwsFailure, functionName: string): SetupError {
  const { kind, message } = failure;
  const access = accessError(failure, 'function', 'leave --function out');
  if (access !== undefined) return access;
  switch (kind) {
    case 'not-found':
      return new SetupError(
        `there is no function ${functionName}: ${message}`,
        'is it in another region or account? AWS_REGION and AWS_PROFILE choose them',
        failure,
      );
    default:
      return new SetupError(
        `the Lambda API did not answer as it should: ${message}`,
        'aws lambda get-function-configuration, with the same name, says more',
        failure,
      );
  }
}
