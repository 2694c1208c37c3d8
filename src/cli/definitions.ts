/** The commands with their options and help. What a command does is loaded only when it runs, so that --help is quick. */
import type { Command } from 'commander';
import { TARGETS } from '../core/target-name.ts';
import { REPORT_FORMATS } from '../reports/index.ts';
import {
  bootstrapOption,
  concurrencyOption,
  connectionOption,
  cpuPeriodOption,
  envOption,
  frontDoorOption,
  functionOption,
  functionTimeoutOption,
  handlerOption,
  headerOption,
  idleHalfLifeOption,
  idleTimeoutOption,
  initBoostOption,
  limitsOption,
  logFormatOption,
  maxAgeOption,
  maxCostOption,
  memoryListOption,
  memoryOption,
  metricDelayOption,
  metricPatienceOption,
  noLogsOption,
  noMetricsOption,
  noTracesOption,
  portOption,
  proactiveOption,
  samplingOption,
  taskRootOption,
  timeoutOption,
  traceAttemptsOption,
  traceDelayOption,
  traceIntervalOption,
  traceLayoutOption,
  tracePartialOption,
  tracePatienceOption,
  traceRateOption,
  urlOption,
} from './function-options.ts';
import {
  arrivalsOption,
  callOption,
  callTargetOption,
  countOption,
  durationOption,
  formatOption,
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
  rateOption,
  roundsOption,
  seedOption,
  shuffleOption,
  soakDurationOption,
  sweepIterationsOption,
  targetOption,
  threadsListOption,
  threadsOption,
  waitOption,
  warmDurationOption,
  warmupOption,
  windowOption,
} from './options.ts';

export interface CommandContext {
  readonly signal: AbortSignal;
  /** Sets the exit code. */
  exit(code: number): void;
}

const IMAGES = ['[images...]', 'JPEG, PNG, WebP, ... (default: the built-in pictures)'] as const;

export function defineLocal(program: Command, { signal, exit }: CommandContext): void {
  program
    .command('local')
    .summary('classify pictures in this process and time every stage')
    .description('Classifies pictures in this process, one after another, and times every stage.')
    .argument(...IMAGES)
    .addOption(iterationsOption())
    .addOption(durationOption())
    .addOption(warmupOption())
    .addOption(threadsOption())
    .addOption(modelOption())
    .addOption(preprocessOption())
    .addOption(outOption())
    .addOption(jsonOption())
    .action(async (images: string[], { iterations: _, ...options }, command: Command) => {
      const { runLocal } = await import('./commands/local.ts');
      exit(await runLocal(images, { ...options, ...iterationLimit(command) }, signal));
    });
}

export function defineLambda(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('lambda')
    .summary('the same through a Lambda function, deployed or emulated')
    .description(
      'Sends pictures to a Lambda function, one after another, and times every stage: a deployed one by --url, else our own on the embedded emulator. With --target local,lambda also in this process, in turns.',
    )
    .addOption(iterationsOption())
    .addOption(durationOption())
    .addOption(warmupOption())
    .addOption(targetOption(TARGETS, ['lambda']));
  withFunctionOptions(command).action(async (images: string[], { iterations: _, ...options }) => {
    const { runLambda } = await import('./commands/lambda.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runLambda(images, { ...options, ...iterationLimit(command) }, given, signal));
  });
}

export function defineCold(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('cold')
    .summary('what a cold start costs: each call meets a new environment')
    .description(
      'Makes each call meet a new environment, and looks whether it did. Emulated ones are ended before each call; of a deployed function (--function) a variable of its own is changed, and put back in the end, or --wait lets its environments be reclaimed; in this process (--target local) each call is a new process.',
    )
    .addOption(countOption())
    .addOption(waitOption())
    .addOption(targetOption(TARGETS, ['lambda']));
  withFunctionOptions(command).action(async (images: string[], options) => {
    const { runCold } = await import('./commands/cold.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runCold(images, options, given, signal));
  });
}

export function defineLoad(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('load')
    .summary('so many calls a second, whatever became of those before')
    .description(
      'Sends calls at a rate, on time whatever became of the calls before, and shows what came of it: achieved rate, times from when each call was due, throttled calls, and the environments that had to be made.',
    )
    .addOption(rateOption())
    .addOption(loadDurationOption())
    .addOption(arrivalsOption())
    .addOption(loadSeedOption())
    .addOption(maxInFlightOption())
    .addOption(concurrencyOption('of the emulated function: calls beyond so many at once are answered with 429'))
    .addOption(traceRateOption())
    .addOption(noMetricsOption())
    .addOption(metricPatienceOption())
    .addOption(targetOption(TARGETS, ['lambda']));
  withFunctionOptions(command).action(async (images: string[], options) => {
    const { runLoad } = await import('./commands/load.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runLoad(images, options, given, signal));
  });
}

export function defineWarm(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('warm')
    .summary('warm calls until their times have come to rest')
    .description(
      'Calls one after another until the medians of three windows in a row agree; the figures are of these windows. Says so when they never do.',
    )
    .addOption(windowOption())
    .addOption(marginOption())
    .addOption(warmDurationOption())
    .addOption(targetOption(TARGETS, ['lambda']));
  withFunctionOptions(command).action(async (images: string[], options) => {
    const { runWarm } = await import('./commands/warm.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runWarm(images, options, given, signal));
  });
}

export function defineSweep(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('sweep')
    .summary('which memory size, how many threads: time and cost of each')
    .description(
      'The same calls at several memory sizes and thread counts, in turns: time, billed time, memory and cost of each, the best marked. The settings of a deployed function (--function) are changed for the time of the run, and put back.',
    )
    .addOption(sweepIterationsOption())
    .addOption(warmupOption())
    .addOption(roundsOption())
    .addOption(targetOption(TARGETS, ['lambda']));
  const lists = { memory: memoryListOption(), threads: threadsListOption() };
  withFunctionOptions(command, lists).action(async (images: string[], options) => {
    const { runSweep } = await import('./commands/sweep.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runSweep(images, options, given, signal));
  });
}

export function defineSoak(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('soak')
    .summary('a call each interval, through Lambda and in this process')
    .description(
      'Calls a Lambda function and this process each interval, half an interval apart, on time whatever became of the calls before.',
    )
    .addOption(intervalOption())
    .addOption(soakDurationOption())
    .addOption(shuffleOption())
    .addOption(seedOption())
    .addOption(noMetricsOption())
    .addOption(metricPatienceOption())
    .addOption(targetOption(TARGETS, ['lambda', 'local']));
  withFunctionOptions(command).action(async (images: string[], options) => {
    const { runSoak } = await import('./commands/soak.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runSoak(images, options, given, signal));
  });
}

export function defineResume(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('resume')
    .summary('go on with a soak that was killed or interrupted')
    .description(
      'Goes on with a soak that was killed or interrupted: the calls that are left, as they were planned. Pictures, model, options, program and machine must be those it began with.',
    )
    .argument('[run]', 'its id, folder or record file (default: the latest)')
    .addOption(urlOption('the address of the function, when a part of it is secret: no record holds that'))
    .addOption(headerOption())
    .addOption(outOption())
    .addOption(jsonOption());
  command.action(async (run: string | undefined, options) => {
    const { runResume } = await import('./commands/resume.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runResume(run, options, given, signal));
  });
}

/** What all commands have that may call a function, and this process beside it. */
function withFunctionOptions(
  command: Command,
  {
    memory = memoryOption(),
    threads = threadsOption('threads of one inference in this process (a function chooses by its memory)'),
  } = {},
): Command {
  return command
    .argument(...IMAGES)
    .addOption(urlOption())
    .addOption(functionOption())
    .addOption(frontDoorOption())
    .addOption(headerOption())
    .addOption(timeoutOption())
    .addOption(connectionOption())
    .addOption(maxCostOption())
    .addOption(memory)
    .addOption(idleTimeoutOption())
    .addOption(idleHalfLifeOption())
    .addOption(maxAgeOption())
    .addOption(proactiveOption())
    .addOption(limitsOption())
    .addOption(cpuPeriodOption())
    .addOption(initBoostOption())
    .addOption(traceLayoutOption())
    .addOption(traceDelayOption())
    .addOption(noTracesOption())
    .addOption(noLogsOption())
    .addOption(traceIntervalOption())
    .addOption(traceAttemptsOption())
    .addOption(tracePatienceOption())
    .addOption(threads)
    .addOption(modelOption())
    .addOption(preprocessOption())
    .addOption(outOption())
    .addOption(jsonOption());
}

export function defineEmulate(program: Command, { signal, exit }: CommandContext): void {
  program
    .command('emulate')
    .summary('the embedded Lambda in the foreground, for any client')
    .description(
      'Runs the embedded Lambda on 127.0.0.1 until it is interrupted: a Function URL, an HTTP API, and an AWS endpoint for CLI and SDKs, with Invoke, traces and logs. The function is our own, or any program that speaks the Runtime API. Its log goes to stderr.',
    )
    .addOption(portOption())
    .addOption(memoryOption())
    .addOption(functionTimeoutOption())
    .addOption(concurrencyOption())
    .addOption(idleTimeoutOption())
    .addOption(idleHalfLifeOption())
    .addOption(maxAgeOption())
    .addOption(proactiveOption())
    .addOption(limitsOption())
    .addOption(cpuPeriodOption())
    .addOption(initBoostOption())
    .addOption(bootstrapOption())
    .addOption(taskRootOption())
    .addOption(handlerOption())
    .addOption(envOption())
    .addOption(traceLayoutOption())
    .addOption(traceDelayOption())
    .addOption(tracePartialOption())
    .addOption(metricDelayOption())
    .addOption(samplingOption())
    .addOption(logFormatOption())
    .addOption(modelOption())
    .addOption(preprocessOption())
    .addOption(jsonOption('print the addresses on stdout as one line of JSON, and nothing else'))
    .action(async (options, command: Command) => {
      const { runEmulate } = await import('./commands/emulate.ts');
      const given = (name: string) => command.getOptionValueSource(name) === 'cli';
      exit(await runEmulate(options, given, signal));
    });
}

/** A duration alone lifts the default limit on iterations. */
function iterationLimit(command: Command): { iterations?: number } {
  const { iterations, duration } = command.opts<{ iterations: number; duration?: number }>();
  return duration !== undefined && command.getOptionValueSource('iterations') === 'default' ? {} : { iterations };
}

export function defineReport(program: Command): void {
  program
    .command('report')
    .summary('show a run again, finished or not')
    .description('Shows a run again, also one that goes on, was interrupted or was killed. Measures nothing.')
    .argument('[run]', 'its id, folder or record file (default: the latest)')
    .addOption(formatOption(REPORT_FORMATS))
    .addOption(callOption())
    .addOption(callTargetOption(TARGETS))
    .addOption(outOption())
    .action(async (run: string | undefined, options) => {
      const { runReport } = await import('./commands/report.ts');
      await runReport(run, options);
    });
}

export function defineModel(program: Command, { signal }: CommandContext): void {
  const model = program
    .command('model')
    .summary('list, download, make or inspect models')
    .description('Lists, downloads, makes and inspects models.');
  model
    .command('list')
    .description('Lists the models known by name, and which of them are here.')
    .action(async () => (await import('./commands/model.ts')).listModels());
  model
    .command('pull')
    .description('Downloads a model and checks its SHA-256.')
    .argument('[name]', 'its name in the list (default: the one marked there)')
    .option('--force', 'download it even when it is here')
    .action(async (name: string | undefined, { force }) =>
      (await import('./commands/model.ts')).pull(name, force === true, signal),
    );
  model
    .command('make')
    .description(
      'Writes the synthetic model: the real graph with made-up weights. Its times are real, its labels are not.',
    )
    .action(async () => (await import('./commands/model.ts')).make(signal));
  model
    .command('info')
    .description('Says what a model is, and whether it can be measured.')
    .argument('[file or name]', 'default: the one that a run would use')
    .action(async (choice: string | undefined) =>
      (await import('./commands/model.ts')).info(choice ?? process.env.RESNET_BENCH_MODEL, signal),
    );
}
