/** Options of a run and of its reports: each with its default, its environment variable and its check, stated once. */
import { automaticThreads } from '../classifier/automatic-threads.ts';
import { UsageError } from '../core/errors.ts';
import { PREPROCESS_MODES } from '../core/preprocess-mode.ts';
import { parseThreshold, type Threshold } from '../core/threshold.ts';
import { parseTraffic } from '../core/traffic.ts';
import {
  defaultDuration,
  flag,
  listOf,
  listOfNumbers,
  option,
  percent,
  positiveDuration,
  rate,
  shortOption,
  something,
  wholeNumber,
} from './option.ts';
import { AUTO, type ThreadsAsked } from './threads-asked.ts';

export const DEFAULT_OUT = 'reports';

/** Beyond this the runtime only fails later, and less clearly. */
const MOST_THREADS = 1024;

const someThreads = wholeNumber('--threads', 1, MOST_THREADS);

function threadsOrAuto(text: string): ThreadsAsked {
  if (text === AUTO) return AUTO;
  if (!/^[-\d]/.test(text))
    throw new UsageError(`--threads must be a whole number or ${AUTO}, got "${text}"`, 'for example --threads 2');
  return someThreads(text);
}

export const iterationsOption = () =>
  shortOption('n', 'iterations', '<n>', 'measured calls that are not cold; no limit when only --duration is given')
    .default(100)
    .argParser(wholeNumber('--iterations', 1));

export const durationOption = () =>
  option('duration', '<time>', 'start no call later than this: 30s, 5m, 1h30m').argParser(
    positiveDuration('--duration'),
  );

export const intervalOption = () =>
  option('interval', '<time>', 'from one call of a target to the next')
    .default(...defaultDuration('30s'))
    .argParser(positiveDuration('--interval'));

export const soakDurationOption = () =>
  option('duration', '<time>', 'calls leave before its end: 30m are sixty each 30s', 'soak-duration')
    .default(...defaultDuration('30m'))
    .argParser(positiveDuration('--duration'));

export const shuffleOption = () =>
  flag('shuffle', 'pictures in a random order, each once a round, rather than in turns');

export const seedOption = () =>
  option('seed', '<n>', 'of --shuffle: the same number gives the same order')
    .default(1)
    .argParser(wholeNumber('--seed', 0, 2 ** 32 - 1));

export const countOption = () =>
  shortOption('n', 'count', '<n>', 'calls of each target').default(10).argParser(wholeNumber('--count', 1));

export const waitOption = () =>
  option(
    'wait',
    '<time>',
    'between two calls, so that environments are reclaimed rather than ended or changed',
  ).argParser(positiveDuration('--wait'));

export const sweepIterationsOption = () =>
  option('iterations', '<n>', 'measured calls of each setting that are not cold', 'sweep-iterations')
    .default(30)
    .argParser(wholeNumber('--iterations', 1));

export const roundsOption = () =>
  option('rounds', '<n>', 'the settings take so many turns, each with its share of the calls')
    .default(5)
    .argParser(wholeNumber('--rounds', 1));

export const threadsListOption = () =>
  option(
    'threads',
    '<list>',
    'thread counts, with commas between (default: what the function chooses; local: 1, 2, 4, ... up to all processors)',
  ).argParser(listOfNumbers('--threads', 1, MOST_THREADS));

export const windowOption = () =>
  option('window', '<n>', 'calls of a window, or a few more so that each shows every picture as often')
    .default(20)
    .argParser(wholeNumber('--window', 2));

export const marginOption = () =>
  option('margin', '<percent>', 'how far apart medians may lie that agree')
    .default(0.05, '5%')
    .argParser(percent('--margin'));

export const warmDurationOption = () =>
  option('duration', '<time>', 'give up then', 'warm-duration')
    .default(...defaultDuration('5m'))
    .argParser(positiveDuration('--duration'));

const MOST_A_SECOND = 100_000;

export const rateOption = () =>
  option('rate', '<n>', 'calls a second; 0.5 is one each two seconds')
    .default(10)
    .argParser(rate('--rate', MOST_A_SECOND));

export const loadDurationOption = () =>
  option('duration', '<time>', 'calls leave before its end', 'load-duration')
    .default(...defaultDuration('1m'))
    .argParser(positiveDuration('--duration'));

export const arrivalsOption = () =>
  option(
    'arrivals',
    '<mode>',
    'constant: at even distances; poisson: at random ones, as of many users, with that rate on average',
  )
    .default('constant')
    .choices(['constant', 'poisson']);

export const loadSeedOption = () =>
  option('seed', '<n>', 'of --arrivals poisson: the same number gives the same times', 'load-seed')
    .default(1)
    .argParser(wholeNumber('--seed', 0, 2 ** 32 - 1));

export const maxInFlightOption = () =>
  option('max-in-flight', '<n>', 'a call that is due while so many are unanswered is not sent, and counted as dropped')
    .default(1_000)
    .argParser(wholeNumber('--max-in-flight', 1));

export const warmupOption = () =>
  option('warmup', '<n>', 'first calls that are not cold, kept but left out of the figures')
    .default(3)
    .argParser(wholeNumber('--warmup', 0));

export const threadsOption = (description = 'threads of one inference') =>
  option('threads', '<n>', description)
    .default(AUTO, `auto, the whole CPUs that this process has: ${automaticThreads().threads}`)
    .argParser(threadsOrAuto);

export const modelOption = () =>
  option(
    'model',
    '<file or name>',
    'an ONNX file, a name of `resnet-bench model list`, or synthetic (default: what is in the models folder, else a download, else synthetic)',
  ).argParser(something('--model'));

export const targetOption = (names: readonly string[], byDefault: readonly string[]) =>
  option('target', '<names>', `what to call, in turns: ${names.join(', ')}, or several with commas between`)
    .default(byDefault, byDefault.join(','))
    .argParser(listOf('--target', names));

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

export const callOption = () =>
  option('call', '<n>', 'one call alone, part by part: its number in the CSV or JSON').argParser(
    wholeNumber('--call', 0),
  );

export const callTargetOption = (names: readonly string[]) =>
  option('target', '<name>', 'whose --call (default: lambda, where it was measured)', 'call-target').choices(names);

export const thresholdOption = (examples = 'lambda.warm.inferenceMs.p95<900, lambda.failed<1') =>
  option('threshold', '<limit>', `exit with 4 unless it holds; several may be given: ${examples}`).argParser(
    (text: string, earlier: readonly Threshold[] | undefined) => {
      const threshold = parseThreshold(text);
      if (typeof threshold !== 'string') return [...(earlier ?? []), threshold];
      throw new UsageError(
        `--threshold ${threshold}, got "${text}"`,
        "for example --threshold 'lambda.warm.serviceMs.p95<900'",
      );
    },
  );

export const githubSummaryOption = () =>
  flag('github-summary', 'append the result to the step summary of a GitHub workflow (GITHUB_STEP_SUMMARY)');

export const pricesOption = () =>
  option('prices', '<file>', 'a price list of your own, as resnet-bench cost --show-prices prints it').argParser(
    something('--prices'),
  );

export const freeTierOption = () =>
  flag('free-tier', "take Lambda's free requests and gigabyte seconds off each month");

export const trafficOption = () =>
  option('traffic', '<rate>', 'what to recommend for: 100/day, 5/s, "burst:50/s for 10m daily"').argParser(
    (text: string) => {
      const traffic = parseTraffic(text);
      if (traffic !== undefined) return traffic;
      throw new UsageError(
        `--traffic must be a rate above 0, or a burst, got "${text}"`,
        'write it like --traffic 100/day, 5/s or "burst:50/s for 10m daily"',
      );
    },
  );

export const toOption = () =>
  option('to', '<file>', "write it there (default: stdout; html and all: into the run's folder)").argParser(
    something('--to'),
  );

export const scriptOption = () =>
  option('to', '<file>', 'write it there (default: stdout)', 'script-to').argParser(something('--to'));

export const likeRunOption = () =>
  option(
    'run',
    '<run>',
    'a run of load whose rate, duration, arrivals, address and pictures it takes; what is given beside it counts',
    'like-run',
  ).argParser(something('--run'));

export const baselineOption = () =>
  option('baseline', '<run>', 'what the others are compared with (default: the first)').argParser(
    something('--baseline'),
  );

export const jsonOption = (description = 'print the record on stdout, and nothing else') => flag('json', description);
