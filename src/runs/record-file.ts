/** Builds the whole record from a run's head and its sample lines, which are streamed and never held. */
import type { RecordHead, SampleLine, Summary } from '../core/record.ts';
import { Summarizer } from '../stats/summary.ts';

/** Reads the lines anew each time it is called. */
export type SampleSource = () => AsyncIterable<SampleLine>;

/** Summary of each target's samples, by its name. */
export async function summarizeLines(head: RecordHead, lines: SampleSource): Promise<Map<string, Summary>> {
  const summarizers = new Map(head.targets.map(target => [target.name, new Summarizer()]));
  for await (const { target, sample } of lines()) summarizers.get(target)?.add(sample);
  return new Map([...summarizers].map(([name, summarizer]) => [name, summarizer.summary()]));
}

/** The record as JSON in pieces: indented but for the samples, which stand one a line. */
export async function* recordChunks(
  head: RecordHead,
  summaries: ReadonlyMap<string, Summary>,
  lines: SampleSource,
): AsyncGenerator<string> {
  const { targets, ...rest } = head;
  yield `${JSON.stringify(rest, null, 2).slice(0, -'\n}'.length)},\n  "targets": [`;
  for (const [i, target] of targets.entries()) {
    const opened = indent(JSON.stringify({ ...target, summary: summaries.get(target.name) }, null, 2));
    yield `${i === 0 ? '' : ','}\n    ${opened.slice(0, -'\n    }'.length)},\n      "samples": [`;
    let separator = '';
    for await (const line of lines()) {
      if (line.target !== target.name) continue;
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
