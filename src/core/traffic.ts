/** How often a classifier is asked, as people say it: `100/day`, `5/s`, `burst:50/s for 10m daily`. */
import { parseDuration } from './duration.ts';
import { SECONDS_A_MONTH } from './month.ts';

export interface Traffic {
  /** As it was written. */
  readonly text: string;
  readonly callsAMonth: number;
  /** The most in a second, evenly spread where no more is said. */
  readonly peakPerSecond: number;
  /** Between two calls of a time with calls. */
  readonly gapSeconds: number;
  /** Between two bursts, without a call; absent of what is evenly spread. */
  readonly restSeconds?: number;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3_600,
  hour: 3_600,
  day: 86_400,
  d: 86_400,
  month: SECONDS_A_MONTH,
};
const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*([a-z]+)$/;
const BURST = /^burst:\s*(\S+)\s+for\s+(\S+)\s+(hourly|daily)$/;

/** Undefined when it is none of these. */
export function parseTraffic(text: string): Traffic | undefined {
  const burst = BURST.exec(text.trim());
  const perSecond = rateOf(burst?.[1] ?? text.trim());
  if (perSecond === undefined) return undefined;
  const even = { text, peakPerSecond: perSecond, gapSeconds: 1 / perSecond };
  if (burst === null) return { ...even, callsAMonth: perSecond * SECONDS_A_MONTH };
  const seconds = (parseDuration(burst[2]!) ?? 0) / 1_000;
  const everySeconds = burst[3] === 'daily' ? 86_400 : 3_600;
  if (seconds <= 0 || seconds > everySeconds) return undefined;
  const restSeconds = everySeconds - seconds;
  return { ...even, restSeconds, callsAMonth: (perSecond * seconds * SECONDS_A_MONTH) / everySeconds };
}

function rateOf(text: string): number | undefined {
  const [, count, unit = ''] = RATE.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit];
  const perSecond = seconds === undefined ? Number.NaN : Number(count) / seconds;
  return perSecond > 0 && perSecond <= 1e6 ? perSecond : undefined;
}
