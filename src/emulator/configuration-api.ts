/** The Lambda API's GetFunction, GetFunctionConfiguration and UpdateFunctionConfiguration. Source: Lambda API reference. */
import { z } from 'zod';
import { ApiError, type AwsApi } from './aws-api.ts';
import { type EmulatorConfig, functionArn } from './config.ts';
import { logGroup } from './environment-variables.ts';
import { changeSchema, type FunctionConfiguration } from './function-configuration.ts';
import { functionNotFound, whatIsUnknown } from './function-name.ts';
import type { Request, Routes } from './server.ts';

/** Members of UpdateFunctionConfiguration that cannot be changed here: to pass over them would be to say that they were. */
const FIXED =
  'Role Handler VpcConfig Runtime DeadLetterConfig KMSKeyArn TracingConfig Layers FileSystemConfigs ImageConfig EphemeralStorage SnapStart LoggingConfig'.split(
    ' ',
  );

export function addConfigurationRoutes(
  routes: Routes,
  api: AwsApi,
  config: EmulatorConfig,
  configuration: FunctionConfiguration,
): void {
  const known = (request: Request) => {
    const unknown = whatIsUnknown(request, config);
    if (unknown === undefined) return;
    throw new ApiError('ResourceNotFoundException', functionNotFound(unknown).Message, 404);
  };
  const get = (name: string, answer: () => object) => ({
    name: `lambda:${name}`,
    protocol: 'rest' as const,
    input: z.unknown(),
    answer: (_: unknown, request: Request) => {
      known(request);
      return answer();
    },
  });
  const path = '/2015-03-31/functions/:name';
  routes.get(`${path}/configuration`, (request, reply) =>
    api.serve(
      get('GetFunctionConfiguration', () => configurationOf(configuration)),
      request,
      reply,
    ),
  );
  routes.get(path, (request, reply) =>
    api.serve(
      get('GetFunction', () => ({ Configuration: configurationOf(configuration), Code: { RepositoryType: 'ECR' } })),
      request,
      reply,
    ),
  );
  routes.put(`${path}/configuration`, (request, reply) =>
    api.serve(
      {
        name: 'lambda:UpdateFunctionConfiguration',
        protocol: 'rest',
        input: changeSchema.loose(),
        answer: (change, request) => {
          known(request);
          const fixed = FIXED.find(name => change[name] != null);
          if (fixed !== undefined) {
            throw new ApiError('InvalidParameterValueException', `${fixed} cannot be changed on the embedded emulator`);
          }
          configuration.change(change);
          return configurationOf(configuration);
        },
      },
      request,
      reply,
    ),
  );
}

function configurationOf(configuration: FunctionConfiguration): object {
  const { config } = configuration;
  const { description, revisionId, changedAt, inProgress } = configuration.facts();
  const json = config.logFormat === 'json';
  return {
    FunctionName: config.functionName,
    FunctionArn: functionArn(config),
    Role: `arn:aws:iam::${config.accountId}:role/emulated`,
    CodeSize: 0,
    Description: description,
    // AWS has whole seconds.
    Timeout: Math.max(1, Math.round(config.timeoutMs / 1_000)),
    MemorySize: config.memoryMb,
    LastModified: changedAt.toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    ...(Object.keys(config.env).length > 0 && { Environment: { Variables: config.env } }),
    TracingConfig: { Mode: config.tracing },
    RevisionId: revisionId,
    State: 'Active',
    LastUpdateStatus: inProgress ? 'InProgress' : 'Successful',
    ...(inProgress && {
      LastUpdateStatusReason: 'The function is being updated.',
      LastUpdateStatusReasonCode: 'Creating',
    }),
    PackageType: 'Image',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    EphemeralStorage: { Size: 512 },
    LoggingConfig: {
      LogFormat: json ? 'JSON' : 'Text',
      ...(json && { ApplicationLogLevel: 'INFO', SystemLogLevel: config.systemLogLevel }),
      LogGroup: logGroup(config),
    },
  };
}
