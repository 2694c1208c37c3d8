/** Looks for the log lines of calls by their request ids. */
import type { CallEvidence, LogEvidence } from '../core/evidence.ts';
import type { Logs } from './logs-client.ts';
import { isWorthWaiting, type OpenCase, type Search } from './open-case.ts';
import { parseReportLine } from './report-line.ts';

export interface LogSearchOptions {
  /** Looks at one call before the end of the run. */
  readonly attempts: number;
  /** As far as it is known by now. */
  readonly logGroup: () => string | undefined;
}

interface Wanted {
  readonly openCase: OpenCase;
  looks: number;
}

/** A line is written after the answer, by environments whose clocks are their own. */
const BEFORE_MS = 1_000;
const AFTER_MS = 300_000;

export class LogSearch implements Search {
  readonly #logs: Logs;
  readonly #options: LogSearchOptions;
  readonly #wanted = new Set<Wanted>();

  constructor(logs: Logs, options: LogSearchOptions) {
    this.#logs = logs;
    this.#options = options;
  }

  add(openCase: OpenCase): void {
    if (openCase.call.logged !== true) this.#wanted.add({ openCase, looks: 0 });
  }

  get waiting(): number {
    return [...this.#wanted].filter(({ openCase }) => this.#mayBeFound(openCase) && isWorthWaiting(openCase)).length;
  }

  async look(
    found: (evidence: CallEvidence) => void,
    { last, signal }: { last: boolean; signal: AbortSignal },
  ): Promise<void> {
    const group = this.#options.logGroup();
    const due = [...this.#wanted].filter(
      ({ openCase: { requestId }, looks }) => requestId !== undefined && (last || looks < this.#options.attempts),
    );
    if (group === undefined || due.length === 0) return;
    const { leastMs, mostMs } = this.#logs.offset.range;
    const first = due.reduce(
      (least, { openCase }) => Math.min(least, openCase.call.issuedAtMs),
      Number.POSITIVE_INFINITY,
    );
    const latest = due.reduce((most, { openCase }) => Math.max(most, openCase.call.completedAtMs), 0);
    const window = { fromMs: first + leastMs - BEFORE_MS, toMs: latest + mostMs + AFTER_MS };
    const byId = new Map(due.map(wanted => [wanted.openCase.requestId!, wanted]));
    const lines = new Map<Wanted, LogEvidence>();
    for await (const text of this.#logs.reports(group, window, signal)) {
      const report = parseReportLine(text);
      const wanted = report && byId.get(report.requestId);
      // What a function prints may look like its report; the true one comes last.
      if (wanted !== undefined) lines.set(wanted, report!.log);
    }
    for (const wanted of due) wanted.looks += 1;
    for (const [wanted, log] of lines) {
      const { openCase } = wanted;
      this.#wanted.delete(wanted);
      if (openCase.traceId === undefined && log.traceId !== undefined) {
        openCase.traceId = log.traceId;
        openCase.join = 'requestId';
      }
      found({ seq: openCase.call.seq, evidence: { log } });
    }
  }

  giveUp(): CallEvidence[] {
    return [];
  }

  left(): ReturnType<Search['left']> {
    const left = [...this.#wanted].map(({ openCase }) => openCase).filter(isWorthWaiting);
    if (left.length === 0) return undefined;
    const nameless = left.filter(({ requestId }) => requestId === undefined).length;
    if (this.#options.logGroup() === undefined || nameless === left.length) {
      return {
        message: 'the answers do not tell whose log lines are theirs: neither is read',
        advice: 'name the function by --function, and let its answers carry their request ids; or run with --no-logs',
      };
    }
    return {
      message: `of the calls' log lines ${left.length} were not found`,
      advice: 'raise --trace-patience; what is not known is left blank',
    };
  }

  close(): void {
    this.#logs.close();
  }

  #mayBeFound({ requestId }: OpenCase): boolean {
    return requestId !== undefined && this.#options.logGroup() !== undefined;
  }
}
