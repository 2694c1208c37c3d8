/** The commands with their options and help. What a command does is loaded only when it runs, so that --help is quick. */
import type { Command } from 'commander';
import { TARGETS } from '../core/target-name.ts';
import { REPORT_FORMATS, TEXT_FORMATS } from '../reports/index.ts';
import { addOptions, type CommandContext, IMAGES, iterationLimit } from './command-context.ts';
import {
  bootstrapOption,
  concurrencyOption,
  cpuPeriodOption,
  denyOption,
  envOption,
  functionTimeoutOption,
  handlerOption,
  headerOption,
  idleHalfLifeOption,
  idleTimeoutOption,
  initBoostOption,
  limitsOption,
  logFormatOption,
  maxAgeOption,
  memoryOption,
  metricDelayOption,
  portOption,
  proactiveOption,
  samplingOption,
  taskRootOption,
  traceDelayOption,
  traceLayoutOption,
  tracePartialOption,
  urlOption,
} from './function-options.ts';
import { flag } from './option.ts';
import {
  baselineOption,
  callOption,
  callTargetOption,
  durationOption,
  formatOption,
  freeTierOption,
  githubSummaryOption,
  iterationsOption,
  jsonOption,
  modelOption,
  outOption,
  preprocessOption,
  pricesOption,
  threadsOption,
  thresholdOption,
  toOption,
  trafficOption,
  warmupOption,
} from './options.ts';

export function defineLocal(program: Command, context: CommandContext): void {
  const { signal, exit } = context;
  const command = program
    .command('local')
    .summary('classify pictures in this process and time every stage')
    .description('Classifies pictures in this process, one after another, and times every stage.')
    .argument(...IMAGES);
  addOptions(command, context, () => [
    iterationsOption(),
    durationOption(),
    warmupOption(),
    threadsOption(),
    modelOption(),
    preprocessOption(),
    thresholdOption(),
    githubSummaryOption(),
    outOption(),
    jsonOption(),
  ]);
  command.action(async (images: string[], { iterations: _, ...options }, command: Command) => {
    const { runLocal } = await import('./commands/local.ts');
    exit(await runLocal(images, { ...options, ...iterationLimit(command) }, signal));
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

export function defineEmulate(program: Command, context: CommandContext): void {
  const { signal, exit } = context;
  const command = program
    .command('emulate')
    .summary('the embedded Lambda in the foreground, for any client')
    .description(
      'Runs the embedded Lambda on 127.0.0.1 until it is interrupted: a Function URL, an HTTP API, and an AWS endpoint for CLI and SDKs, with Invoke, traces and logs. The function is our own, or any program that speaks the Runtime API. Its log goes to stderr.',
    );
  addOptions(command, context, () => [
    portOption(),
    memoryOption(),
    functionTimeoutOption(),
    concurrencyOption(),
    idleTimeoutOption(),
    idleHalfLifeOption(),
    maxAgeOption(),
    proactiveOption(),
    limitsOption(),
    cpuPeriodOption(),
    initBoostOption(),
    bootstrapOption(),
    taskRootOption(),
    handlerOption(),
    envOption(),
    traceLayoutOption(),
    traceDelayOption(),
    tracePartialOption(),
    metricDelayOption(),
    samplingOption(),
    logFormatOption(),
    denyOption(),
    modelOption(),
    preprocessOption(),
    jsonOption('print the addresses on stdout as one line of JSON, and nothing else'),
  ]);
  command.action(async (options, command: Command) => {
    const { runEmulate } = await import('./commands/emulate.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runEmulate(options, given, signal));
  });
}

export function defineReport(program: Command, context: CommandContext): void {
  const { exit } = context;
  const command = program
    .command('report')
    .summary('show a run again, finished or not')
    .description('Shows a run again, also one that goes on, was interrupted or was killed. Measures nothing.')
    .argument('[run]', 'its id, folder or record file (default: the latest)');
  addOptions(command, context, () => [
    formatOption([...REPORT_FORMATS, 'all']),
    callOption(),
    callTargetOption(TARGETS),
    toOption(),
    trafficOption(),
    thresholdOption(),
    githubSummaryOption(),
    pricesOption(),
    freeTierOption(),
    outOption(),
  ]);
  command.action(async (run: string | undefined, options) => {
    const { runReport } = await import('./commands/report.ts');
    exit(await runReport(run, options));
  });
}

export function defineCompare(program: Command, context: CommandContext): void {
  const { exit } = context;
  const command = program
    .command('compare')
    .summary('set runs against each other: which is faster, and how sure that is')
    .description(
      'Sets runs against the first one, or the --baseline. Repeats of the same thing stand with commas between (A1,A2 B1,B2): made in turns, and agreeing with each other, they make a verdict that speaks of more than two runs.',
    )
    .argument('<runs...>', 'their ids, folders or record files');
  addOptions(command, context, () => [
    baselineOption(),
    formatOption(TEXT_FORMATS),
    thresholdOption('regression<5%, lambda.warm.inferenceMs.regression<5%, lambda.failed<1'),
    githubSummaryOption(),
    pricesOption(),
    outOption(),
  ]);
  command.action(async (runs: string[], options) => {
    const { runCompare } = await import('./commands/compare.ts');
    exit(await runCompare(runs, options));
  });
}

export function defineCost(program: Command, context: CommandContext): void {
  const command = program
    .command('cost')
    .summary('what the calls cost: each, a million, a month, and against servers')
    .description(
      'Prices the calls of functions by their billed time: each, a million, a month, and the rate from which a server costs less. An estimate at dated prices, not a bill.',
    )
    .argument('[runs...]', 'their ids, folders or record files (default: the latest)');
  addOptions(command, context, () => [
    formatOption(TEXT_FORMATS),
    trafficOption(),
    pricesOption(),
    freeTierOption(),
    flag('show-prices', 'print the price list as JSON, for --prices'),
    outOption(),
  ]);
  command.action(async (runs: string[], options) => {
    const { runCost } = await import('./commands/cost.ts');
    await runCost(runs, options);
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
