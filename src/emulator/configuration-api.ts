/** The Lambda API's GetFunctionConfiguration. Source: Lambda API reference. */
import { z } from 'zod';
import { ApiError, type AwsApi } from './aws-api.ts';
import { type EmulatorConfig, functionArn } from './config.ts';
import { logGroup } from './environment-variables.ts';
import { functionNotFound, whatIsUnknown } from './function-name.ts';
import type { Routes } from './server.ts';

export function addConfigurationRoute(routes: Routes, api: AwsApi, config: EmulatorConfig): void {
  const changedAt = new Date().toISOString().replace('Z', '+0000');
  routes.get('/2015-03-31/functions/:name/configuration', (request, reply) =>
    api.serve(
      {
        name: 'lambda:GetFunctionConfiguration',
        protocol: 'rest',
        input: z.unknown(),
        answer: () => {
          const unknown = whatIsUnknown(request, config);
          if (unknown === undefined) return configurationOf(config, changedAt);
          const { Message } = functionNotFound(unknown);
          throw new ApiError('ResourceNotFoundException', Message, 404);
        },
      },
      request,
      reply,
    ),
  );
}

/** Without the function's variables: whoever asks needs no permission here, and they may be secret. */
function configurationOf(config: EmulatorConfig, changedAt: string): object {
  const json = config.logFormat === 'json';
  return {
    FunctionName: config.functionName,
    FunctionArn: functionArn(config),
    Role: `arn:aws:iam::${config.accountId}:role/emulated`,
    CodeSize: 0,
    Description: 'on the embedded emulator',
    // AWS has whole seconds.
    Timeout: Math.max(1, Math.round(config.timeoutMs / 1_000)),
    MemorySize: config.memoryMb,
    LastModified: changedAt,
    Version: '$LATEST',
    TracingConfig: { Mode: config.tracing },
    State: 'Active',
    LastUpdateStatus: 'Successful',
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
