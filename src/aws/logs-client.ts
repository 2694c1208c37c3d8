/** CloudWatch Logs by its SDK client: the one file that imports it. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AwsAccess, clientSettings, patience, rehearsalSettings } from './access.ts';
import { asked } from './aws-failure.ts';
import { ClockOffset, watchDate } from './clock-offset.ts';
import type { Window } from './xray-client.ts';

const OPERATION = 'logs:FilterLogEvents';
/** Of logs in text, and of those in JSON. */
const REPORTS = '?"REPORT RequestId" ?"platform.report"';

export class Logs {
  readonly offset = new ClockOffset();
  readonly #sdk: typeof import('@aws-sdk/client-cloudwatch-logs');
  readonly #client: CloudWatchLogsClient;

  private constructor(sdk: typeof import('@aws-sdk/client-cloudwatch-logs'), access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.CloudWatchLogsClient(clientSettings(access));
    this.#client.middlewareStack.add(watchDate(this.offset), { step: 'deserialize', priority: 'low' });
  }

  /** Asks nobody anything. */
  static async open(access: AwsAccess): Promise<Logs> {
    const sdk = await import('@aws-sdk/client-cloudwatch-logs');
    const rehearsal = new sdk.CloudWatchLogsClient(rehearsalSettings());
    await rehearsal.send(new sdk.FilterLogEventsCommand({ logGroupName: 'rehearsal' })).catch(() => {});
    return new Logs(sdk, access);
  }

  /** Lines that report a call, as they were written, oldest first within a stream. Throws AwsFailure. */
  async *reports(logGroupName: string, { fromMs, toMs }: Window, signal: AbortSignal): AsyncGenerator<string> {
    const window = { startTime: Math.floor(fromMs), endTime: Math.ceil(toMs) };
    let nextToken: string | undefined;
    // A page may be empty and not the last: the token alone tells.
    do {
      const input = { logGroupName, ...window, filterPattern: REPORTS, ...(nextToken && { nextToken }) };
      const command = new this.#sdk.FilterLogEventsCommand(input);
      const page = await asked(OPERATION, () => this.#client.send(command, patience(signal)), logGroupName);
      for (const { message } of page.events ?? []) if (message !== undefined) yield message;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  close(): void {
    this.#client.destroy();
  }
}
