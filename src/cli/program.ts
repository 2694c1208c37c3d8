/** The commands and their options. What a command does is loaded only when it runs, so that --help is quick. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from '../core/errors.ts';
import { REPORT_FORMATS } from '../reports/index.ts';
import {
  durationOption,
  formatOption,
  iterationsOption,
  modelOption,
  outOption,
  preprocessOption,
  threadsOption,
  warmupOption,
} from './options.ts';

/** Exit code of the command line, once it has run. Throws BenchError. */
export async function runProgram(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(signal, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    // Help and version have been printed and are no failure; a command that has only sub-commands prints its help.
    if (thrown.exitCode !== EXIT.ok && thrown.code !== 'commander.help') throw usageErrorOf(thrown, argv[0]);
  }
  return exitCode;
}

function buildProgram(signal: AbortSignal, exit: (code: number) => void): Command {
  const program = new Command('resnet-bench')
    .description('Should an image classifier run on a server or on AWS Lambda? Measures ResNet-50.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeErr: text => process.stdout.write(text), outputError: () => {} })
    .showSuggestionAfterError()
    .helpCommand(true)
    .addHelpText(
      'after',
      `
Environment:
  RESNET_BENCH_MODELS_DIR      where models are kept
  RESNET_BENCH_MIRROR          http(s) folder to download models from, instead of the public ones
  DEBUG                        with an error, its causes`,
    );

  program
    .command('local')
    .summary('classify pictures in this process and time every stage')
    .description('Classifies pictures in this process, one after another, and times every stage.')
    .argument('[images...]', 'JPEG, PNG, WebP, ... (default: the built-in pictures)')
    .addOption(iterationsOption())
    .addOption(durationOption())
    .addOption(warmupOption())
    .addOption(threadsOption())
    .addOption(modelOption())
    .addOption(preprocessOption())
    .addOption(outOption())
    .option('--json', 'print the record on stdout, and nothing else')
    .action(async (images: string[], options, command: Command) => {
      const { runLocal } = await import('./commands/local.ts');
      const iterationsGiven = command.getOptionValueSource('iterations') !== 'default';
      const iterations = options.duration === undefined || iterationsGiven ? options.iterations : undefined;
      exit(await runLocal(images, { ...options, iterations }, signal));
    });

  program
    .command('report')
    .summary('show a run again, finished or not')
    .description('Shows a run again, also one that goes on, was interrupted or was killed. Measures nothing.')
    .argument('[run]', 'its id, folder or record file (default: the latest)')
    .addOption(formatOption(REPORT_FORMATS))
    .addOption(outOption())
    .action(async (run: string | undefined, options) => {
      const { runReport } = await import('./commands/report.ts');
      await runReport(run, options);
    });

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

  return program;
}

/** Commander's message as ours: what is wrong, and what helps. */
function usageErrorOf({ message, code }: CommanderError, command: string | undefined): UsageError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const didYouMean = /^\(Did you mean (.*)\?\)$/.exec(suggestion ?? '')?.[1];
  const unknownCommand = code === 'commander.unknownCommand' && what.endsWith(`'${command}'`);
  const help = command === undefined || command.startsWith('-') || unknownCommand ? '' : `${command} `;
  return new UsageError(what, didYouMean ? `did you mean ${didYouMean}?` : `resnet-bench ${help}--help`);
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
