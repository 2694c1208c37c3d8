/** A program that reads the clocks as often as it can until its input ends, and then says what it noticed. */
import { ClockWatch, readClocks } from '../../src/runs/clock-watch.ts';

const watch = new ClockWatch();
const result = { readings: 0, discarded: 0, longestMs: 0, news: [] as object[] };
let last: number | undefined;
let ended = false;
process.stdin.on('end', () => (ended = true)).resume();

function readOften(): void {
  for (let i = 0; i < 1_000; i++) {
    const reading = readClocks();
    if (reading === undefined) {
      result.discarded++;
      continue;
    }
    result.readings++;
    result.longestMs = Math.max(result.longestMs, reading.monotonicMs - (last ?? reading.monotonicMs));
    last = reading.monotonicMs;
    const news = watch.add(reading);
    if (Object.keys(news).length > 0) result.news.push(news);
  }
  if (ended) console.log(JSON.stringify(result));
  else setImmediate(readOften);
}

console.log('ready');
readOften();
