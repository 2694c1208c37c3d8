/** Reads `record.json` as it is laid out by `recordChunks`, a sample a line, so that a long run's text is never held as a whole. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const SAMPLES_BEGIN = '      "samples": [';
const SAMPLES_END = '      ]';

/**
 * Calls `eachSample` with the position of its target and the sample, both as they stand in the file; returns the rest as JSON, with
 * `samples` empty. Undefined for a file that is laid out otherwise or is no JSON; `eachSample` may have been called by then. Throws
 * the system's error.
 */
export async function readLaidOut(
  file: string,
  eachSample: (target: number, sample: unknown) => void,
): Promise<unknown | undefined> {
  const rest: string[] = [];
  let target = -1;
  let within = false;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (within && line !== SAMPLES_END) {
        eachSample(target, JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line));
        continue;
      }
      within = line === SAMPLES_BEGIN;
      if (within) target++;
      rest.push(line);
    }
    const json: unknown = JSON.parse(rest.join('\n'));
    // Laid out otherwise, its samples stand in what was just parsed.
    return samplesLeftIn(json) > target + 1 ? undefined : json;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** How many targets have samples, empty or not. */
function samplesLeftIn(json: unknown): number {
  const { targets } = (json ?? {}) as { targets?: unknown };
  return Array.isArray(targets) ? targets.filter(target => target?.samples !== undefined).length : 0;
}
