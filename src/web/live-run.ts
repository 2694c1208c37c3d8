/** A run as a page shows it while it goes on: counted as it happens, put into words only when somebody looks. */
import type { RecordHead, Run } from '../core/record.ts';
import { describeSlots } from '../reports/facts.ts';
import { describeIncident } from '../reports/incidents.ts';
import type { RunEvent } from '../runs/execute.ts';
import { SoakTally } from '../runs/soak-tally.ts';
import type { LiveRun, LiveTarget } from './client/answers.ts';
import { LivePoints } from './live-points.ts';

const MOST_INCIDENTS = 20;

export interface LiveRunOptions {
  readonly plannedByTarget: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

export class LiveRunState {
  readonly #durationMs: number;
  readonly #targets: ReadonlyMap<string, { readonly tally: SoakTally; readonly points: LivePoints }>;
  readonly #incidents: string[] = [];
  #run: Run | undefined;
  #nowMs: () => number = () => 0;
  #status: LiveRun['status'] = 'running';
  #changes = 0;

  constructor({ plannedByTarget, durationMs }: LiveRunOptions) {
    this.#durationMs = durationMs;
    this.#targets = new Map(
      [...plannedByTarget].map(([name, planned]) => [
        name,
        { tally: new SoakTally(name, planned), points: new LivePoints() },
      ]),
    );
  }

  /** Grows with each change but the passing of time. */
  get changes(): number {
    return this.#changes;
  }

  get isOver(): boolean {
    return this.#status === 'completed' || this.#status === 'interrupted';
  }

  show(event: RunEvent): void {
    this.#changes += 1;
    if (event.type === 'started') this.#started(event.head, event.clock.nowMs);
    else if (event.type === 'sample') {
      const { target, sample } = event;
      this.#targets.get(target)?.tally.add(sample);
      this.#targets.get(target)?.points.add(sample.scheduledMs - this.#beganMs, sample);
    } else if (event.type === 'incident') {
      const { incident } = event;
      if (incident.kind === 'missed') this.#targets.get(incident.target)?.tally.addMissed(incident.count);
      if (incident.kind === 'dropped') this.#targets.get(incident.target)?.tally.addDropped(incident.count);
      else this.#incidents.push(describeIncident(this.#run!, incident));
      if (this.#incidents.length > MOST_INCIDENTS) this.#incidents.shift();
    } else if (event.type === 'collecting') this.#status = 'collecting';
    else if (event.type === 'finished') this.#status = event.status === 'completed' ? 'completed' : 'interrupted';
  }

  /** Undefined until it has started. */
  view(): LiveRun | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const { id, command, startedAt } = run;
    const slots = describeSlots({ run });
    const passedMs = Math.min(this.#durationMs, Math.max(0, this.#nowMs() - this.#beganMs));
    return {
      ...{ id, command, startedAt, status: this.#status, passedMs, durationMs: this.#durationMs },
      ...(slots !== undefined && { slots }),
      targets: [...this.#targets.values()].map(({ tally, points }) => targetOf(tally, points)),
      incidents: this.#incidents,
    };
  }

  get #beganMs(): number {
    return this.#run?.beganMs ?? 0;
  }

  #started({ run }: RecordHead, nowMs: () => number): void {
    this.#run = run;
    this.#nowMs = nowMs;
  }
}

function targetOf(tally: SoakTally, { points, callsPerPoint }: LivePoints): LiveTarget {
  const { name, planned, answered, cold, proactive, missed, dropped, failures, last } = tally;
  const [p50Ms, p95Ms] = [tally.responsePercentile(50), tally.responsePercentile(95)];
  return {
    ...{ name, planned, answered, cold, proactive, missed, dropped, failures, points, callsPerPoint },
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    ...(last !== undefined && { last }),
  };
}
