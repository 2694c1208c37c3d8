/** Options of the commands: each with its default, its environment variable and its check, stated once. */
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { parseDuration } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';
import { PREPROCESS_MODES } from '../core/preprocess-mode.ts';

export const DEFAULT_OUT = 'reports';

const LONGEST_MS = 365 * 24 * 3600 * 1000;

/** Beyond this the runtime only fails later, and less clearly. */
const MOST_THREADS = 1024;

export const iterationsOption = () =>
  option('iterations', '<n>', 'measured calls that are not cold; no limit when only --duration is given')
    .default(100)
    .argParser(wholeNumber('--iterations', 1));

export const durationOption = () =>
  option('duration', '<time>', 'start no call later than this: 30s, 5m, 1h30m').argParser(
    positiveDuration('--duration'),
  );

export const warmupOption = () =>
  option('warmup', '<n>', 'first calls that are not cold, kept but left out of the figures')
    .default(3)
    .argParser(wholeNumber('--warmup', 0));

export const threadsOption = () =>
  option('threads', '<n>', 'threads of one inference')
    .default(availableParallelism(), `the processors of this machine: ${availableParallelism()}`)
    .argParser(wholeNumber('--threads', 1, MOST_THREADS));

export const modelOption = () =>
  option(
    'model',
    '<file or name>',
    'an ONNX file, a name of `resnet-bench model list`, or synthetic (default: what is in the models folder, else a download, else synthetic)',
  ).argParser(something('--model'));

export const preprocessOption = () =>
  option('preprocess', '<mode>', "torchvision: the original's very bytes; fast: large JPEGs decoded at reduced size")
    .default(PREPROCESS_MODES[0])
    .choices(PREPROCESS_MODES);

export const outOption = () =>
  option('out', '<folder>', 'where run folders are made and looked for')
    .default(DEFAULT_OUT)
    .argParser(something('--out'));

export const formatOption = (formats: readonly string[]) =>
  option('format', '<format>', 'how to show it').default('table').choices(formats);

/** `--iterations` can be set by RESNET_BENCH_ITERATIONS, and so on. */
function option(name: string, argument: string, description: string): Option {
  return new Option(`--${name} ${argument}`, description).env(
    `RESNET_BENCH_${name.toUpperCase().replaceAll('-', '_')}`,
  );
}

function something(flag: string): (text: string) => string {
  return text => {
    if (text !== '') return text;
    throw new UsageError(`${flag} must not be empty`, 'leave it out for the default');
  };
}

function wholeNumber(flag: string, least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
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

function positiveDuration(flag: string): (text: string) => number {
  return text => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
    throw new UsageError(
      `${flag} must be a duration ${ms !== undefined && ms > 0 ? 'of at most a year' : 'above zero'}, got "${text}"`,
      `write it like ${flag} 30s, 5m or 1h30m`,
    );
  };
}
