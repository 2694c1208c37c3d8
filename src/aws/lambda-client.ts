/** The Lambda API by its SDK client: the one file that imports it. Invoke itself goes another way, so that its time on the wire can be told: the client's signature, our connection. */
import type { GetFunctionConfigurationCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import type { SignatureV4 } from '@smithy/signature-v4';
import { type AwsAccess, clientSettings, patience } from './access.ts';
import { asked } from './aws-failure.ts';

/** What is known of a function. */
export interface FunctionConfiguration {
  readonly functionName?: string;
  readonly memoryMb?: number;
  readonly timeoutMs?: number;
  /** Whether Lambda traces its calls. */
  readonly tracing?: 'Active' | 'PassThrough';
  readonly logGroup?: string;
  readonly architecture?: string;
  readonly logFormat?: 'JSON' | 'Text';
  /** Of JSON logs. */
  readonly systemLogLevel?: 'DEBUG' | 'INFO' | 'WARN';
  /** `Active`, `Inactive`, `Pending`, `Failed`, ... */
  readonly state?: string;
  readonly stateReason?: string;
  readonly updateStatus?: 'Successful' | 'Failed' | 'InProgress';
}

/** What of a function's configuration a run may change. */
export interface FunctionSettings {
  readonly arn: string;
  /** Undefined when AWS does not tell them to whoever asks: writing them would replace them all. */
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly memoryMb: number | undefined;
  readonly revisionId: string | undefined;
  /** `InProgress`: calls still meet the configuration before. */
  readonly updateStatus: 'Successful' | 'Failed' | 'InProgress';
  readonly updateReason: string | undefined;
}

/** Where a function is invoked. */
export interface InvokeAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly region: string;
}

interface SeenRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

type Sdk = typeof import('@aws-sdk/client-lambda') & typeof import('@smithy/signature-v4');

export class LambdaApi {
  readonly #sdk: Sdk;
  readonly #client: LambdaClient;
  /** What the client was about to send: the one who knows where to. */
  #seen: SeenRequest | undefined;
  #signer: SignatureV4 | undefined;

  private constructor(sdk: Sdk, access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.LambdaClient(clientSettings(access));
    this.#client.middlewareStack.add(
      next => args => {
        this.#seen = args.request as SeenRequest;
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
  }

  static async open(access: AwsAccess): Promise<LambdaApi> {
    const [client, signing] = await Promise.all([import('@aws-sdk/client-lambda'), import('@smithy/signature-v4')]);
    return new LambdaApi({ ...client, ...signing }, access);
  }

  /** Throws AwsFailure. */
  async configuration(functionName: string, signal: AbortSignal): Promise<FunctionConfiguration> {
    const command = new this.#sdk.GetFunctionConfigurationCommand({ FunctionName: functionName });
    const told = await asked('lambda:GetFunctionConfiguration', () => this.#client.send(command, patience(signal)));
    const { FunctionName, MemorySize, Timeout, TracingConfig, LoggingConfig, Architectures, State } = told;
    return {
      ...(FunctionName !== undefined && { functionName: FunctionName }),
      ...(MemorySize !== undefined && { memoryMb: MemorySize }),
      ...(Timeout !== undefined && { timeoutMs: Timeout * 1_000 }),
      ...(TracingConfig?.Mode !== undefined && { tracing: TracingConfig.Mode }),
      ...(LoggingConfig?.LogGroup !== undefined && { logGroup: LoggingConfig.LogGroup }),
      ...(Architectures?.[0] !== undefined && { architecture: Architectures[0] }),
      ...(LoggingConfig?.LogFormat !== undefined && { logFormat: LoggingConfig.LogFormat }),
      ...(LoggingConfig?.SystemLogLevel !== undefined && { systemLogLevel: LoggingConfig.SystemLogLevel }),
      ...(State !== undefined && { state: State }),
      ...(told.StateReason !== undefined && { stateReason: told.StateReason }),
      ...(told.LastUpdateStatus !== undefined && { updateStatus: told.LastUpdateStatus }),
    };
  }

  /** Throws AwsFailure. */
  async settings(functionName: string, signal: AbortSignal): Promise<FunctionSettings> {
    const command = new this.#sdk.GetFunctionConfigurationCommand({ FunctionName: functionName });
    return settingsOf(
      await asked('lambda:GetFunctionConfiguration', () => this.#client.send(command, patience(signal))),
    );
  }

  /** Of those that are given; `revisionId` is what they were read with. Throws AwsFailure. */
  async update(
    functionName: string,
    { variables, memoryMb, revisionId }: Partial<FunctionSettings>,
    signal: AbortSignal,
  ): Promise<FunctionSettings> {
    const command = new this.#sdk.UpdateFunctionConfigurationCommand({
      FunctionName: functionName,
      ...(variables && { Environment: { Variables: { ...variables } } }),
      ...(memoryMb !== undefined && { MemorySize: memoryMb }),
      ...(revisionId !== undefined && { RevisionId: revisionId }),
    });
    const operation = 'lambda:UpdateFunctionConfiguration';
    return settingsOf(await asked(operation, () => this.#client.send(command, patience(signal))));
  }

  /** After `configuration` has been asked for, well or not. Throws AwsFailure when there are no credentials or no region. */
  async address(functionName: string): Promise<InvokeAddress> {
    return asked('lambda:InvokeFunction', async () => {
      const region = await this.#client.config.region();
      await this.#client.config.credentials();
      const { protocol = 'https:', hostname = `lambda.${region}.amazonaws.com`, port } = this.#seen ?? {};
      const { sha256, credentials } = this.#client.config;
      this.#signer = new this.#sdk.SignatureV4({ service: 'lambda', region, credentials, sha256 });
      return {
        origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
        path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
        region,
      };
    });
  }

  /** Headers of a call, the given ones among them. `bodySha256`: hex, made once for a body that is sent many times. Throws AwsFailure. */
  async sign(
    { origin, path }: InvokeAddress,
    bodySha256: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const { protocol, hostname, port, host } = new URL(origin);
    const request = {
      method: 'POST',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path,
      headers: { ...headers, host, 'x-amz-content-sha256': bodySha256 },
    };
    const signed = await asked('lambda:InvokeFunction', () => this.#signer!.sign(request));
    return signed.headers;
  }

  close(): void {
    this.#client.destroy();
  }
}

function settingsOf(told: GetFunctionConfigurationCommandOutput): FunctionSettings {
  const { FunctionArn = '', Environment, MemorySize, RevisionId, LastUpdateStatus, LastUpdateStatusReason } = told;
  return {
    arn: FunctionArn,
    variables: Environment?.Error === undefined ? (Environment?.Variables ?? {}) : undefined,
    memoryMb: MemorySize,
    revisionId: RevisionId,
    updateStatus: LastUpdateStatus ?? 'Successful',
    updateReason: LastUpdateStatusReason,
  };
}
