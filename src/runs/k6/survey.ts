/** A first look at k6's output, before its calls are read: which load it was, when it began, and what was not sent. */
import { SetupError, UsageError } from '../../core/errors.ts';
import { parseAddress } from '../../runners/lambda-address.ts';
import { numberIn } from './call.ts';
import { K6_METRIC, type K6Plan, k6PlanSchema } from './plan.ts';
import { type K6Point, readK6Points, timeMs } from './points.ts';

export interface K6Survey {
  /** Absent when the script was not one of ours. */
  readonly plan: K6Plan | undefined;
  /** Of a script that is not ours, without user, password and query; absent when it has given its requests another name. */
  readonly url: string | undefined;
  /** Zero of the record's times, milliseconds since 1970. */
  readonly startedMs: number;
  /** When calls of the schedule were not sent, milliseconds since 1970, ascending. */
  readonly dropsMs: readonly number[];
}

/** k6 itself counts those of its executor with a rate. */
const DROPPED = 'dropped_iterations';

/** Reads all files once. Throws SetupError as `readK6Points` does, when they hold no request, or not the plan of a script of ours. */
export async function surveyK6(files: readonly string[]): Promise<K6Survey> {
  const seen = new Seen();
  for (const file of files) {
    for await (const point of readK6Points(file)) seen.add(point);
  }
  return seen.survey(files.join(', '));
}

const MOST_SHOWN = 3;

class Seen {
  #plan: K6Plan | undefined;
  #ours = false;
  #firstStartMs = Number.POSITIVE_INFINITY;
  #firstIssueMs = Number.POSITIVE_INFINITY;
  readonly #dropsMs: number[] = [];
  /** Method and address of the requests of a script that is not ours. */
  readonly #addresses = new Map<string, string | undefined>();

  add(point: K6Point): void {
    const { metric, metadata, value } = point;
    if (metric === K6_METRIC.plan && metadata.plan !== undefined) this.#plan = planIn(metadata.plan);
    const startMs = numberIn(metadata.start_ms);
    if (metadata.seq !== undefined && startMs !== undefined) {
      this.#ours = true;
      this.#firstStartMs = Math.min(this.#firstStartMs, startMs);
    }
    if (metric === 'http_req_duration') {
      if (metadata.seq === undefined) this.#addAddress(point);
      // Connecting comes before it, and is told apart: a second is more than enough for a zero.
      this.#firstIssueMs = Math.min(this.#firstIssueMs, Math.floor(timeMs(point.time) - value) - 1_000);
    }
    if ((metric === DROPPED || metric === K6_METRIC.dropped) && value > 0) {
      const dueMs = startMs === undefined ? undefined : numberIn(metadata.due_ms);
      const atMs = metric === DROPPED || dueMs === undefined ? timeMs(point.time) : startMs! + dueMs;
      for (let i = 0; i < value; i++) this.#dropsMs.push(atMs);
    }
  }

  #addAddress({ tags: { method = '', name = '', url = name } }: K6Point): void {
    const shown = URL.canParse(url) && url.startsWith('http') ? parseAddress(url).shown : undefined;
    this.#addresses.set(`${method} ${shown ?? url}`, shown);
  }

  survey(files: string): K6Survey {
    if (this.#addresses.size > 1) {
      const all = [...this.#addresses.keys()].slice(0, MOST_SHOWN).join(', ');
      throw new UsageError(
        `${files}: the script calls more than one address: ${all}`,
        'a run is of one: import another',
      );
    }
    const startedMs = this.#ours ? this.#firstStartMs : this.#firstIssueMs;
    if (!Number.isFinite(startedMs)) {
      throw new SetupError(`${files}: no request in it`, 'name what k6 run --out json=FILE wrote');
    }
    if (this.#ours && this.#plan === undefined) {
      throw new SetupError(
        `${files}: the plan of the load is missing, which one instance of k6 writes when it begins`,
        'name the outputs of all instances together',
      );
    }
    const [url] = this.#addresses.values();
    return { plan: this.#plan, url, startedMs, dropsMs: this.#dropsMs.sort((a, b) => a - b) };
  }
}

function planIn(text: string): K6Plan | undefined {
  try {
    return k6PlanSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new SetupError('the plan of the load cannot be read', 'export the script anew with this version', thrown);
  }
}
