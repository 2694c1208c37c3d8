/** The second argument of a handler, from the environment and the headers of one invocation. */
import type { Invocation } from './runtime-api.ts';

export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string | undefined;
  readonly functionName: string | undefined;
  readonly functionVersion: string | undefined;
  /** A string, as in AWS's runtime. */
  readonly memoryLimitInMB: string | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  /** What an app's SDK and a Cognito identity pool say of the caller; the tenant of a function with tenant isolation. */
  readonly clientContext: unknown;
  readonly identity: unknown;
  readonly tenantId: string | undefined;
  /** Until the function's timeout; NaN when the platform named none. */
  getRemainingTimeInMillis(): number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Throws when a header that ought to be JSON is none. */
export function contextOf({ requestId, headers }: Invocation, env: Variables): LambdaContext {
  const header = (name: string) => headers[name]?.toString();
  const json = (name: string): unknown => {
    const text = header(name);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const deadlineMs = Number(header('lambda-runtime-deadline-ms') ?? Number.NaN);
  return {
    awsRequestId: requestId,
    invokedFunctionArn: header('lambda-runtime-invoked-function-arn'),
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json('lambda-runtime-client-context'),
    identity: json('lambda-runtime-cognito-identity'),
    tenantId: header('lambda-runtime-aws-tenant-id'),
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}
