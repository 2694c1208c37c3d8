/** CloudFormation by its SDK client: the one file that imports it. */
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type AwsAccess, clientSettings, patience } from './access.ts';
import { asked } from './aws-failure.ts';

/** What CloudFormation tells of a stack. */
export interface StackFacts {
  /** `CREATE_COMPLETE` and so on. */
  readonly status: string;
  readonly reason: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
}

export class Stacks {
  readonly #sdk: typeof import('@aws-sdk/client-cloudformation');
  readonly #client: CloudFormationClient;

  private constructor(sdk: typeof import('@aws-sdk/client-cloudformation'), access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.CloudFormationClient(clientSettings(access));
  }

  static async open(access: AwsAccess): Promise<Stacks> {
    return new Stacks(await import('@aws-sdk/client-cloudformation'), access);
  }

  /** `name`: or its ARN. One call. Throws AwsFailure. */
  async describe(name: string, signal: AbortSignal): Promise<StackFacts> {
    const command = new this.#sdk.DescribeStacksCommand({ StackName: name });
    const { Stacks: [stack] = [] } = await asked('cloudformation:DescribeStacks', () =>
      this.#client.send(command, patience(signal)),
    );
    const outputs = (stack?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
      OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue] as const],
    );
    return {
      status: stack?.StackStatus ?? 'UNKNOWN',
      reason: stack?.StackStatusReason,
      outputs: Object.fromEntries(outputs),
    };
  }

  close(): void {
    this.#client.destroy();
  }
}
