/** CloudFormation's DescribeStacks for the stack that the function would come from, and STS's GetCallerIdentity. Source: their API references; what CloudFormation says of a stack that is not there, as its users report. */
import { z } from 'zod';
import { STACK_OUTPUTS } from '../core/stack-outputs.ts';
import { ApiError, type Operation, SOMEBODY } from './aws-api.ts';
import { type EmulatorConfig, functionArn } from './config.ts';
import { logGroup } from './environment-variables.ts';

/** Once the doors are open. */
export interface Addresses {
  readonly functionUrl: string;
  readonly httpApiUrl: string;
}

const stackInput = z.object({ StackName: z.string().optional() });

/** Its name is the function's, as in our template. */
export function describeStacks(
  config: EmulatorConfig,
  addresses: () => Addresses | undefined,
): Operation<z.output<typeof stackInput>> {
  const { region, accountId, functionName } = config;
  const id = `arn:aws:cloudformation:${region}:${accountId}:stack/${functionName}/00000000-0000-0000-0000-000000000000`;
  const since = new Date().toISOString();
  return {
    name: 'cloudformation:DescribeStacks',
    protocol: 'query',
    input: stackInput,
    answer: ({ StackName = functionName }) => {
      if (StackName !== functionName && StackName !== id) {
        throw new ApiError('ValidationError', `Stack with id ${StackName} does not exist`);
      }
      const stack = { StackId: id, StackName: functionName, CreationTime: since, StackStatus: 'CREATE_COMPLETE' };
      return { Stacks: [{ ...stack, Outputs: outputsOf(config, addresses()) }] };
    },
  };
}

function outputsOf(config: EmulatorConfig, addresses: Addresses | undefined): object[] {
  const values = {
    ...(addresses && { functionUrl: addresses.functionUrl, httpApiUrl: `${addresses.httpApiUrl}classify` }),
    functionName: config.functionName,
    functionArn: functionArn(config),
    logGroup: logGroup(config),
    region: config.region,
  };
  return Object.entries(values).map(([name, value]) => ({
    OutputKey: STACK_OUTPUTS[name as keyof typeof STACK_OUTPUTS],
    OutputValue: value,
  }));
}

export function getCallerIdentity({ accountId }: EmulatorConfig): Operation<unknown> {
  return {
    name: 'sts:GetCallerIdentity',
    protocol: 'query',
    input: z.unknown(),
    answer: () => ({ Arn: SOMEBODY, UserId: 'AIDAEMULATED', Account: accountId }),
  };
}
