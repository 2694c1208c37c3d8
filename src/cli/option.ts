/** One option of a command: how its environment variable is named, and the checks of its value. */
import { Option } from 'commander';
import { parseDuration } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';

const LONGEST_MS = 365 * 24 * 3600 * 1000;

/** `--iterations` can be set by RESNET_BENCH_ITERATIONS, and so on; by another one where the same word means another thing elsewhere. */
export function option(name: string, argument: string, description: string, variable = name): Option {
  return new Option(`--${name} ${argument}`, description).env(
    `RESNET_BENCH_${variable.toUpperCase().replaceAll('-', '_')}`,
  );
}

/** With a letter of its own, too. */
export function shortOption(letter: string, name: string, argument: string, description: string): Option {
  return new Option(`-${letter}, --${name} ${argument}`, description).env(`RESNET_BENCH_${name.toUpperCase()}`);
}

/** Without a value, and so without a variable. */
export function flag(name: string, description: string): Option {
  return new Option(`--${name}`, description);
}

export function something(flag: string): (text: string) => string {
  return text => {
    if (text !== '') return text;
    throw new UsageError(`${flag} must not be empty`, 'leave it out for the default');
  };
}

export function wholeNumber(flag: string, least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(
      `${flag} must be a whole number ${bounds}, got "${text}"`,
      `for example ${flag} ${Math.max(least, 2)}`,
    );
  };
}

/** Above 0, in whatever unit. */
export function amount(flag: string): (text: string) => number {
  return text => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0) return value;
    throw new UsageError(`${flag} must be greater than 0, got "${text}"`, `for example ${flag} 0.5`);
  };
}

/** `5%` or `5`, as a fraction. */
export function percent(flag: string): (text: string) => number {
  return text => {
    const value = /^\d+(\.\d+)?%?$/.test(text) ? Number(text.replace('%', '')) : Number.NaN;
    if (value > 0 && value <= 100) return value / 100;
    throw new UsageError(
      `${flag} must be a percentage above 0 and of at most 100, got "${text}"`,
      `for example ${flag} 5%`,
    );
  };
}

/** So many a second. */
export function rate(flag: string, most: number): (text: string) => number {
  return text => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= most) return value;
    const bounds = value > most ? `at most ${most}` : 'greater than 0';
    throw new UsageError(`${flag} must be ${bounds}, got "${text}"`, `for example ${flag} 10`);
  };
}

/** Whole numbers, each once, in the order given. */
export function listOfNumbers(flag: string, least: number, most: number): (text: string) => number[] {
  const one = wholeNumber(flag, least, most);
  return text => {
    const numbers = text.split(',').map(part => one(part.trim()));
    const twice = numbers.find((number, i) => numbers.indexOf(number) !== i);
    if (twice === undefined) return numbers;
    throw new UsageError(`${flag} names ${twice} twice`, 'once is enough');
  };
}

export function positiveDuration(flag: string, mostMs = LONGEST_MS): (text: string) => number {
  return text => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0 && ms <= mostMs) return ms;
    const bounds = ms !== undefined && ms > 0 ? `of at most ${describeLimit(mostMs)}` : 'above zero';
    throw new UsageError(
      `${flag} must be a duration ${bounds}, got "${text}"`,
      `write it like ${flag} 30s, 5m or 1h30m`,
    );
  };
}

function describeLimit(ms: number): string {
  if (ms === LONGEST_MS) return 'a year';
  const hours = Math.floor(ms / 3_600_000);
  if (hours > 24) return `${Math.floor(hours / 24)} days`;
  if (ms < 60_000) return `${ms / 1_000} s`;
  return hours >= 1 ? `${hours} hours` : `${Math.floor(ms / 60_000)} minutes`;
}

/** A default as its value and as it is written. */
export function defaultDuration(text: string): [ms: number, description: string] {
  return [parseDuration(text)!, text];
}

/** Names of the list, each at most once, in the order given. */
export function listOf(flag: string, names: readonly string[]): (text: string) => string[] {
  return text => {
    const given = text.split(',').map(name => name.trim());
    const wrong = given.find((name, i) => !names.includes(name) || given.indexOf(name) !== i);
    if (wrong === undefined) return given;
    throw new UsageError(
      `${flag} must be of ${names.join(', ')}, each once, got "${text}"`,
      `${flag} ${names.join(',')}`,
    );
  };
}

/** Collects entries `name: value` or `NAME=value` by name. What is wrong is said without showing a value: it may be secret. */
export function entry(
  separator: ':' | '=',
  what: string,
  hint: string,
): (text: string, earlier: Readonly<Record<string, string>> | undefined) => Record<string, string> {
  return (text, earlier) => {
    const at = text.indexOf(separator);
    const name = text.slice(0, at);
    if (at < 1 || (separator === '=' && !/^[A-Za-z_]\w*$/.test(name))) throw new UsageError(what, hint);
    const value = text.slice(at + 1);
    return { ...earlier, [name]: separator === ':' ? value.trim() : value };
  };
}
