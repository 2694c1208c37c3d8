/** Traces and log lines of a function's calls, from opening the clients to the last warning. */
import type { CallEvidence, ObservedCall } from '../core/evidence.ts';
import { POLICY } from '../core/policy-hint.ts';
import type { Warning } from '../core/record.ts';
import type { AwsAccess } from './access.ts';
import { collectEvidence, type Pace } from './collect-evidence.ts';
import { LogSearch } from './log-search.ts';
import { Logs } from './logs-client.ts';
import { Pursuit } from './pursuit.ts';
import { TraceSearch } from './trace-search.ts';
import { Xray } from './xray-client.ts';

export interface EvidenceOptions {
  readonly access: AwsAccess;
  readonly traces: boolean;
  readonly logs: boolean;
  /** Looks at a call before the end of the run. */
  readonly attempts: number;
  readonly pace: Pace;
  /** A complete trace is read once more: on AWS segments arrive one by one. */
  readonly confirm: boolean;
  /** The command that prints what is to be allowed, for hints. */
  readonly policy?: string;
}

/** What of the function is known by now. */
export interface KnownFunction {
  readonly functionName: () => string | undefined;
  readonly logGroup: () => string | undefined;
}

export class EvidenceSource {
  readonly #pursuits: readonly Pursuit[];
  readonly #pace: Pace;

  private constructor(pursuits: readonly Pursuit[], pace: Pace) {
    this.#pursuits = pursuits;
    this.#pace = pace;
  }

  /** Asks nobody anything yet. */
  static async open(options: EvidenceOptions, { functionName, logGroup }: KnownFunction): Promise<EvidenceSource> {
    const { access, traces, logs, attempts, confirm, pace, policy = POLICY } = options;
    const pursuits: Pursuit[] = [];
    if (traces) {
      const search = new TraceSearch(await Xray.open(access), { attempts, confirm, functionName, policy });
      pursuits.push(
        new Pursuit({ code: 'traces', service: 'X-Ray', flag: '--no-traces', policy }, search, pace.intervalMs),
      );
    }
    if (logs) {
      const search = new LogSearch(await Logs.open(access), { attempts, logGroup });
      const subject = { code: 'logs', service: 'CloudWatch Logs', flag: '--no-logs', policy } as const;
      pursuits.push(new Pursuit(subject, search, pace.intervalMs));
    }
    return new EvidenceSource(pursuits, pace);
  }

  collect(calls: AsyncIterable<ObservedCall>, signal: AbortSignal): AsyncIterable<CallEvidence> {
    return collectEvidence(this.#pursuits, calls, this.#pace, signal);
  }

  warnings(): Warning[] {
    return this.#pursuits.flatMap(pursuit => pursuit.warnings());
  }

  close(): void {
    for (const pursuit of this.#pursuits) pursuit.close();
  }
}
