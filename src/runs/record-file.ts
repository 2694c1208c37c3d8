/** Builds the whole record from a run's head and its sample lines, which are streamed and never held. */
import type { Incident, IncidentOf, RecordHead, Sample, Summary, Warning } from '../core/record.ts';
import { FailingStretches } from '../stats/failing-stretches.ts';
import { Summarizer } from '../stats/summary.ts';
import { Disagreements } from './disagreements.ts';
import type { SettledLine } from './settled-lines.ts';

/** Reads the lines anew each time it is called. */
export type LineSource = () => AsyncIterable<SettledLine>;

/** What all lines of a run come to. */
export interface Digest {
  /** By target. */
  readonly summaries: ReadonlyMap<string, Summary>;
  /** By target: where what is known of a call contradicts itself. */
  readonly disagreements: ReadonlyMap<string, readonly Warning[]>;
  /** In the order of their beginnings. */
  readonly incidents: Incident[];
}

/** Reads the lines once; `each` is given every sample. */
export async function digestLines(
  head: RecordHead,
  lines: AsyncIterable<SettledLine>,
  each: (target: string, sample: Sample) => void = () => {},
): Promise<Digest> {
  const targets = new Map(
    head.targets.map(({ name }) => [
      name,
      { summarizer: new Summarizer(), failing: new FailingStretches(name), disagreements: new Disagreements() },
    ]),
  );
  const told: Incident[] = [];
  for await (const line of lines) {
    if ('incident' in line) {
      told.push(line.incident);
      continue;
    }
    const target = targets.get(line.target);
    target?.summarizer.add(line.sample);
    target?.failing.add(line.sample);
    target?.disagreements.add(line.sample);
    each(line.target, line.sample);
  }
  const failing = [...targets.values()].flatMap(({ failing }) => failing.stretches());
  return {
    summaries: new Map([...targets].map(([name, { summarizer }]) => [name, summarizer.summary()])),
    disagreements: new Map([...targets].map(([name, { disagreements }]) => [name, disagreements.warnings()])),
    incidents: [...joined(told), ...failing].sort((a, b) => a.fromMs - b.fromMs),
  };
}

/** Windows in a row in which the machine was busy are one. */
function joined(incidents: readonly Incident[]): Incident[] {
  const all: Incident[] = [];
  let last: IncidentOf<'busy'> | undefined;
  for (const incident of incidents) {
    if (incident.kind !== 'busy' || last === undefined || incident.fromMs !== last.toMs) {
      all.push(incident);
      if (incident.kind === 'busy') last = incident;
      continue;
    }
    const { fromMs, toMs, othersCpu } = last;
    const cpuMs = othersCpu * (toMs - fromMs) + incident.othersCpu * (incident.toMs - incident.fromMs);
    const both = { ...last, toMs: incident.toMs, othersCpu: cpuMs / (incident.toMs - fromMs) };
    all[all.lastIndexOf(last)] = both;
    last = both;
  }
  return all;
}

/** The record as JSON in pieces: indented but for the samples, which stand one a line. */
export async function* recordChunks(
  head: RecordHead,
  summaries: ReadonlyMap<string, Summary>,
  lines: LineSource,
): AsyncGenerator<string> {
  const { targets, ...rest } = head;
  yield `${JSON.stringify(rest, null, 2).slice(0, -'\n}'.length)},\n  "targets": [`;
  for (const [i, target] of targets.entries()) {
    const opened = indent(JSON.stringify({ ...target, summary: summaries.get(target.name) }, null, 2));
    yield `${i === 0 ? '' : ','}\n    ${opened.slice(0, -'\n    }'.length)},\n      "samples": [`;
    let separator = '';
    for await (const line of lines()) {
      if ('incident' in line || line.target !== target.name) continue;
      yield `${separator}\n        ${JSON.stringify(line.sample)}`;
      separator = ',';
    }
    yield '\n      ]\n    }';
  }
  yield '\n  ]\n}\n';
}

function indent(json: string): string {
  return json.replaceAll('\n', '\n    ');
}
