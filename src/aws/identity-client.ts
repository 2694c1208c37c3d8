/** STS by its SDK client, the one file that imports it: whose credentials these are, and what time it is at AWS. */
import type { STSClient } from '@aws-sdk/client-sts';
import { type AwsAccess, clientSettings, patience } from './access.ts';
import { asked } from './aws-failure.ts';
import { ClockOffset, watchDate } from './clock-offset.ts';

export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly region: string;
}

export class Identities {
  /** Told by refusals, too. */
  readonly offset = new ClockOffset();
  readonly #sdk: typeof import('@aws-sdk/client-sts');
  readonly #client: STSClient;

  private constructor(sdk: typeof import('@aws-sdk/client-sts'), access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.STSClient(clientSettings(access));
    this.#client.middlewareStack.add(watchDate(this.offset), { step: 'deserialize', priority: 'low' });
  }

  static async open(access: AwsAccess): Promise<Identities> {
    return new Identities(await import('@aws-sdk/client-sts'), access);
  }

  /** Needs no permission. Throws AwsFailure. */
  async whose(signal: AbortSignal): Promise<Identity> {
    const command = new this.#sdk.GetCallerIdentityCommand({});
    const { Account = '', Arn = '' } = await asked('sts:GetCallerIdentity', () =>
      this.#client.send(command, patience(signal)),
    );
    return { accountId: Account, arn: Arn, region: await this.#client.config.region() };
  }

  close(): void {
    this.#client.destroy();
  }
}
