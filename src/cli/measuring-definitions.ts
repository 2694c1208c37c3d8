/** The commands that may call a function, and this process beside it: what they have in common, and what each has of its own. */
import type { Command, Option } from 'commander';
import { TARGETS } from '../core/target-name.ts';
import { addOptions, type CommandContext, IMAGES, iterationLimit } from './command-context.ts';
import {
  concurrencyOption,
  connectionOption,
  cpuPeriodOption,
  frontDoorOption,
  functionOption,
  headerOption,
  idleHalfLifeOption,
  idleTimeoutOption,
  initBoostOption,
  limitsOption,
  maxAgeOption,
  maxCostOption,
  memoryListOption,
  memoryOption,
  metricPatienceOption,
  noLogsOption,
  noMetricsOption,
  noTracesOption,
  proactiveOption,
  stackOption,
  timeoutOption,
  traceAttemptsOption,
  traceDelayOption,
  traceIntervalOption,
  traceLayoutOption,
  tracePatienceOption,
  traceRateOption,
  urlOption,
} from './function-options.ts';
import {
  arrivalsOption,
  countOption,
  durationOption,
  githubSummaryOption,
  intervalOption,
  iterationsOption,
  jsonOption,
  loadDurationOption,
  loadSeedOption,
  marginOption,
  maxInFlightOption,
  modelOption,
  outOption,
  preprocessOption,
  pricesOption,
  rateOption,
  roundsOption,
  seedOption,
  shuffleOption,
  soakDurationOption,
  sweepIterationsOption,
  targetOption,
  threadsListOption,
  threadsOption,
  thresholdOption,
  waitOption,
  warmDurationOption,
  warmupOption,
  windowOption,
} from './options.ts';
import { watchOption, watchPortOption } from './page-options.ts';

/** Whether an option stood on the command line. */
type Given = (name: string) => boolean;
// biome-ignore lint/suspicious/noExplicitAny: commander's; each command names the type of its own.
type Options = any;

interface MeasuringCommand {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Of its own, in the order of its help. */
  readonly options: () => readonly Option[];
  /** Lists instead of single values. */
  readonly memory?: () => Option;
  readonly threads?: () => Option;
  /** Loaded only when it runs. Resolves to the exit code. */
  readonly run: (
    images: string[],
    options: Options,
    given: Given,
    signal: AbortSignal,
    command: Command,
  ) => Promise<number>;
}

const lambda: MeasuringCommand = {
  name: 'lambda',
  summary: 'the same through a Lambda function, deployed or emulated',
  description:
    'Sends pictures to a Lambda function, one after another, and times every stage: a deployed one by --url, else our own on the embedded emulator. With --target local,lambda also in this process, in turns.',
  options: () => [iterationsOption(), durationOption(), warmupOption(), targetOption(TARGETS, ['lambda'])],
  async run(images, { iterations: _, ...options }, given, signal, command) {
    const { runLambda } = await import('./commands/lambda.ts');
    return runLambda(images, { ...options, ...iterationLimit(command) }, given, signal);
  },
};

const cold: MeasuringCommand = {
  name: 'cold',
  summary: 'what a cold start costs: each call meets a new environment',
  description:
    'Makes each call meet a new environment, and looks whether it did. Emulated ones are ended before each call; of a deployed function (--function) a variable of its own is changed, and put back in the end, or --wait lets its environments be reclaimed; in this process (--target local) each call is a new process.',
  options: () => [countOption(), waitOption(), targetOption(TARGETS, ['lambda'])],
  run: async (images, options, given, signal) =>
    (await import('./commands/cold.ts')).runCold(images, options, given, signal),
};

const warm: MeasuringCommand = {
  name: 'warm',
  summary: 'warm calls until their times have come to rest',
  description:
    'Calls one after another until the medians of three windows in a row agree; the figures are of these windows. Says so when they never do.',
  options: () => [windowOption(), marginOption(), warmDurationOption(), targetOption(TARGETS, ['lambda'])],
  run: async (images, options, given, signal) =>
    (await import('./commands/warm.ts')).runWarm(images, options, given, signal),
};

const load: MeasuringCommand = {
  name: 'load',
  summary: 'so many calls a second, whatever became of those before',
  description:
    'Sends calls at a rate, on time whatever became of the calls before, and shows what came of it: achieved rate, times from when each call was due, throttled calls, and the environments that had to be made.',
  options: () => [
    rateOption(),
    loadDurationOption(),
    arrivalsOption(),
    loadSeedOption(),
    maxInFlightOption(),
    concurrencyOption('of the emulated function: calls beyond so many at once are answered with 429'),
    traceRateOption(),
    noMetricsOption(),
    metricPatienceOption(),
    targetOption(TARGETS, ['lambda']),
  ],
  run: async (images, options, given, signal) =>
    (await import('./commands/load.ts')).runLoad(images, options, given, signal),
};

const sweep: MeasuringCommand = {
  name: 'sweep',
  summary: 'which memory size, how many threads: time and cost of each',
  description:
    'The same calls at several memory sizes and thread counts, in turns: time, billed time, memory and cost of each, the best marked. The settings of a deployed function (--function) are changed for the time of the run, and put back.',
  options: () => [sweepIterationsOption(), warmupOption(), roundsOption(), targetOption(TARGETS, ['lambda'])],
  memory: memoryListOption,
  threads: threadsListOption,
  run: async (images, options, given, signal) =>
    (await import('./commands/sweep.ts')).runSweep(images, options, given, signal),
};

const soak: MeasuringCommand = {
  name: 'soak',
  summary: 'a call each interval, through Lambda and in this process',
  description:
    'Calls a Lambda function and this process each interval, half an interval apart, on time whatever became of the calls before.',
  options: () => [
    intervalOption(),
    soakDurationOption(),
    shuffleOption(),
    seedOption(),
    watchOption(),
    watchPortOption(),
    noMetricsOption(),
    metricPatienceOption(),
    targetOption(TARGETS, ['lambda', 'local']),
  ],
  run: async (images, options, given, signal) =>
    (await import('./commands/soak.ts')).runSoak(images, options, given, signal),
};

export function defineMeasuring(program: Command, context: CommandContext): void {
  for (const command of [lambda, cold, warm, load, sweep, soak]) define(program, command, context);
}

function define(
  program: Command,
  { name, summary, description, options, memory, threads, run }: MeasuringCommand,
  context: CommandContext,
): void {
  const { signal, exit } = context;
  const command = program
    .command(name)
    .summary(summary)
    .description(description)
    .argument(...IMAGES);
  addOptions(command, context, () => [...options(), ...commonOptions(memory, threads)]);
  command.action(async (images: string[], given: Options) => {
    const onCommandLine = (option: string) => command.getOptionValueSource(option) === 'cli';
    exit(await run(images, given, onCommandLine, signal, command));
  });
}

function commonOptions(memory = memoryOption, threads = () => threadsOption(OF_THIS_PROCESS)): Option[] {
  return [
    urlOption(),
    functionOption(),
    stackOption(),
    frontDoorOption(),
    headerOption(),
    timeoutOption(),
    connectionOption(),
    maxCostOption(),
    memory(),
    idleTimeoutOption(),
    idleHalfLifeOption(),
    maxAgeOption(),
    proactiveOption(),
    limitsOption(),
    cpuPeriodOption(),
    initBoostOption(),
    traceLayoutOption(),
    traceDelayOption(),
    noTracesOption(),
    noLogsOption(),
    traceIntervalOption(),
    traceAttemptsOption(),
    tracePatienceOption(),
    threads(),
    modelOption(),
    preprocessOption(),
    thresholdOption(),
    githubSummaryOption(),
    pricesOption(),
    outOption(),
    jsonOption(),
  ];
}

const OF_THIS_PROCESS = 'threads of one inference in this process (a function chooses by its memory)';
