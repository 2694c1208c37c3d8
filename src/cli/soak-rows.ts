/** The targets of a soak as text: rows that stand below each other on a terminal, or one behind the other in a log. */
import { printable } from '../core/printable.ts';
import { formatMs, UNKNOWN } from '../reports/figures.ts';
import type { SoakTally } from '../runs/soak-tally.ts';

/**
 * `lambda  43/60 · last 51.2 ms warm · p50 50.1 p95 61.3 · 1 cold`, a row of each target, none longer than `columns`. Where that is
 * too few the last call goes first: alone it says least of a soak. Then the times: what went wrong must be seen.
 */
export function targetRows(tallies: readonly SoakTally[], columns: number): string[] {
  const table = columnsOf(tallies);
  const whole = table.map(({ head, last, times, events, kinds }) => joined(head, last, times, events) + kinds);
  if (whole.every(row => row.length <= columns)) return whole;
  return table.map(({ head, times, events, kinds }) => {
    const withTimes = joined(head, times, events);
    return cut((withTimes.length <= columns ? withTimes : joined(head, events)) + kinds, columns);
  });
}

/** `lambda 20/60, p50 50.1 ms, p95 -, 1 cold, 2 failed (1 timeout, 1 http-5xx)`. */
export function targetText(tally: SoakTally): string {
  const times = [50, 95].map(percent => `p${percent} ${inMs(tally.responsePercentile(percent), ' ms')}`);
  const kinds = kindsOf(tally);
  const parts = [
    `${oneLine(tally.name)} ${progress(tally)}`,
    ...(tally.last === undefined ? ['no call yet'] : times),
    ...eventsOf(tally),
  ];
  return parts.join(', ') + (kinds && ` (${kinds})`);
}

/** For lines of characters that are one column wide. */
export function cut(line: string, columns: number): string {
  const characters = [...line];
  if (characters.length <= columns) return line;
  return columns < 1 ? '' : `${characters.slice(0, columns - 1).join('')}…`;
}

/** What stands in a row; empty where there is nothing to say. */
interface Columns {
  readonly head: string;
  readonly last: string;
  readonly times: string;
  readonly events: string;
  /** Of failures, right behind the events, which end with their number. */
  readonly kinds: string;
}

/** All but the ends of the rows have the same widths. */
function columnsOf(tallies: readonly SoakTally[]): Columns[] {
  const [names, progresses] = [padEnd(tallies.map(({ name }) => oneLine(name))), padStart(tallies.map(progress))];
  const lastMs = padStart(tallies.map(({ last }) => (last === undefined ? '' : formatMs(last.responseMs))));
  const lastEnds = padEnd(tallies.map(lastEnd));
  const [p50, p95] = [50, 95].map(percent =>
    padStart(tallies.map(tally => inMs(tally.responsePercentile(percent), ''))),
  ) as [string[], string[]];
  return tallies.map((tally, i) => {
    const kinds = kindsOf(tally);
    return {
      head: `${names[i]}  ${progresses[i]}`,
      last: tally.last === undefined ? '' : `last ${lastMs[i]} ms${lastEnds[i]}`,
      times: tally.last === undefined ? 'no call yet' : `p50 ${p50[i]} p95 ${p95[i]}`,
      events: joined(...eventsOf(tally)),
      kinds: kinds && `: ${kinds}`,
    };
  });
}

function joined(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' · ');
}

function progress({ answered, planned }: SoakTally): string {
  return `${answered}/${planned}`;
}

function inMs(ms: number | undefined, unit: string): string {
  return ms === undefined ? UNKNOWN : `${formatMs(ms)}${unit}`;
}

/** What is to be said of the last call beside its time; nothing when its start kind is not known. */
function lastEnd({ last }: SoakTally): string {
  if (last?.failure !== undefined) return ` failed: ${oneLine(last.failure)}`;
  return last === undefined || last.start === 'unknown' ? '' : ` ${last.start}`;
}

/** What is out of the ordinary. Failures come last, as their kinds follow: these need most room, and the end is what is cut. */
function eventsOf({ cold, proactive, missed, dropped, failures }: SoakTally): string[] {
  const failed = failures.reduce((sum, [, count]) => sum + count, 0);
  const counts: [number, string][] = [
    [cold, 'cold'],
    [proactive, 'proactive'],
    [missed, 'missed'],
    [dropped, 'dropped'],
    [failed, 'failed'],
  ];
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

function kindsOf({ failures }: SoakTally): string {
  return failures.map(([kind, count]) => `${count} ${oneLine(kind)}`).join(', ');
}

/** A line break would be the end of a row that is redrawn in place. */
function oneLine(text: string): string {
  return printable(text.replaceAll('\n', ' '));
}

function padEnd(cells: readonly string[]): string[] {
  return cells.map(cell => cell.padEnd(widest(cells)));
}

function padStart(cells: readonly string[]): string[] {
  return cells.map(cell => cell.padStart(widest(cells)));
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map(({ length }) => length));
}
