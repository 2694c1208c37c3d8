/** What a report of a long run takes: its HTML, in time and in size. */

import { renderHtml } from '../src/reports/html.ts';
import { DEFAULT_REPORT } from '../src/reports/report-options.ts';
import { lognormalTimes, seededRandom } from '../test/random.ts';
import { compared, recordOf } from '../test/reports/record.ts';
import { heading, say } from './print.ts';

const SAMPLES = 200_000;
const ROUNDS = 5;
const BUDGET_S = 5;
const BUDGET_MB = 10;

export async function benchReport(): Promise<void> {
  const random = seededRandom(3);
  const targets = compared.targets.map((target, i) => {
    const like = target.samples[1]!;
    const samples = lognormalTimes(SAMPLES / 2, random).map((ms, seq) => {
      const serviceMs = ms * (1 + 2 * i);
      const offsets = { scheduledMs: seq * 10, issuedMs: seq * 10, completedMs: seq * 10 + serviceMs };
      return {
        ...like,
        ...offsets,
        seq,
        timings: { ...like.timings, inferenceMs: serviceMs * 0.7, handlerMs: serviceMs * 0.9 },
      };
    });
    return { ...target, samples };
  });
  const record = recordOf(compared.run, targets);
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    bytes = 0;
    for (const piece of renderHtml(record, DEFAULT_REPORT)) bytes += Buffer.byteLength(piece);
    times.push((performance.now() - began) / 1_000);
  }
  times.sort((a, b) => a - b);
  const seconds = times[Math.floor(ROUNDS / 2)]!;
  const megabytes = bytes / 1e6;
  const verdict = (held: boolean) => (held ? 'met' : 'MISSED');
  heading(`report.html of ${SAMPLES.toLocaleString('en')} samples`);
  say(
    `  rendered in ${seconds.toFixed(2)} s [${times[0]!.toFixed(2)}, ${times.at(-1)!.toFixed(2)}] over ${ROUNDS} rounds   budget ${BUDGET_S} s: ${verdict(seconds <= BUDGET_S)}`,
  );
  say(`  ${megabytes.toFixed(2)} MB   budget ${BUDGET_MB} MB: ${verdict(megabytes <= BUDGET_MB)}`);
}
