/** Reads `samples.ndjson` back, line by line. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, SetupError } from '../core/errors.ts';
import { evidenceLineSchema, incidentLineSchema, type RunLine, sampleLineSchema } from '../core/record.ts';

/**
 * Yields the samples, evidence and incidents of a run in the order they were written. The last line may be torn: the run was killed, or the disk
 * full, while it was written; it is left out. Throws SetupError when any other line cannot be read.
 */
export async function* readRunLines(file: string): AsyncGenerator<RunLine> {
  let torn: { error: unknown; lineNumber: number } | undefined;
  let lineNumber = 0;
  for await (const text of linesOf(file)) {
    lineNumber++;
    if (torn !== undefined) {
      throw new SetupError(
        `${file}, line ${torn.lineNumber}: not a sample: ${messageOf(torn.error)}`,
        'the file was changed by something else',
      );
    }
    const line = parseLine(text);
    if ('error' in line) torn = { error: line.error, lineNumber };
    else yield line;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (thrown) {
    throw new SetupError(
      `cannot read ${file}: ${messageOf(thrown)}`,
      'a run folder holds it beside record.json',
      thrown,
    );
  }
}

/** Throws what says that it is none. */
export function parseRunLine(text: string): RunLine {
  const line: unknown = JSON.parse(text);
  if (typeof line !== 'object' || line === null) return sampleLineSchema.parse(line);
  if ('incident' in line) return incidentLineSchema.parse(line);
  return 'evidence' in line ? evidenceLineSchema.parse(line) : sampleLineSchema.parse(line);
}

function parseLine(text: string): RunLine | { error: unknown } {
  try {
    return parseRunLine(text);
  } catch (error) {
    return { error };
  }
}
