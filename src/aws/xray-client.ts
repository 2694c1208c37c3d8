/** X-Ray by its SDK client: the one file that imports it. */
import type { XRayClient } from '@aws-sdk/client-xray';
import { type AwsAccess, clientSettings, patience, rehearsalSettings } from './access.ts';
import { asked } from './aws-failure.ts';
import { ClockOffset, watchDate } from './clock-offset.ts';

/** The live service takes no more at once. */
export const IDS_AT_ONCE = 5;

export interface FoundTraces {
  /** Documents of the segments, by id; those that X-Ray does not know are absent. */
  readonly documents: ReadonlyMap<string, readonly string[]>;
  /** Ask again: X-Ray did not come to them. */
  readonly unprocessed: ReadonlySet<string>;
}

/** Milliseconds since 1970, AWS's clock. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** All throw AwsFailure. */
export class Xray {
  readonly offset = new ClockOffset();
  readonly #sdk: typeof import('@aws-sdk/client-xray');
  readonly #client: XRayClient;

  private constructor(sdk: typeof import('@aws-sdk/client-xray'), access: AwsAccess) {
    this.#sdk = sdk;
    this.#client = new sdk.XRayClient(clientSettings(access));
    this.#client.middlewareStack.add(watchDate(this.offset), { step: 'deserialize', priority: 'low' });
  }

  /** Loads the client, which takes some 30 ms. Asks nobody anything. */
  static async open(access: AwsAccess): Promise<Xray> {
    const sdk = await import('@aws-sdk/client-xray');
    const rehearsal = new sdk.XRayClient(rehearsalSettings());
    // Nothing depends on what comes of it.
    await rehearsal
      .send(new sdk.BatchGetTracesCommand({ TraceIds: ['1-00000000-000000000000000000000000'] }))
      .catch(() => {});
    return new Xray(sdk, access);
  }

  /** At most `IDS_AT_ONCE`. */
  async traces(ids: readonly string[], signal: AbortSignal): Promise<FoundTraces> {
    const command = new this.#sdk.BatchGetTracesCommand({ TraceIds: [...ids] });
    const { Traces = [], UnprocessedTraceIds = [] } = await asked('xray:BatchGetTraces', () =>
      this.#client.send(command, patience(signal)),
    );
    const documents = Traces.map(({ Id = '', Segments = [] }) => {
      return [Id, Segments.flatMap(({ Document }) => Document ?? [])] as const;
    });
    return { documents: new Map(documents), unprocessed: new Set(UnprocessedTraceIds) };
  }

  /** Ids of the function's traces that began in that time. */
  async *traceIds({ fromMs, toMs }: Window, functionName: string, signal: AbortSignal): AsyncGenerator<string> {
    const window = { StartTime: new Date(fromMs), EndTime: new Date(toMs) };
    const FilterExpression = `resource.arn ENDSWITH ":function:${functionName.replace(/[\\"]/g, '')}"`;
    let NextToken: string | undefined;
    do {
      const command = new this.#sdk.GetTraceSummariesCommand({
        ...window,
        FilterExpression,
        ...(NextToken && { NextToken }),
      });
      const page = await asked('xray:GetTraceSummaries', () => this.#client.send(command, patience(signal)));
      for (const { Id } of page.TraceSummaries ?? []) if (Id !== undefined) yield Id;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }

  /** Where the account's traces go: what goes to CloudWatch Logs (Transaction Search) cannot be found here. */
  async destination(signal: AbortSignal): Promise<'XRay' | 'CloudWatchLogs' | undefined> {
    const command = new this.#sdk.GetTraceSegmentDestinationCommand({});
    const { Destination } = await asked('xray:GetTraceSegmentDestination', () =>
      this.#client.send(command, patience(signal)),
    );
    return Destination;
  }

  close(): void {
    this.#client.destroy();
  }
}
