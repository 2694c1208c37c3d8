/** The program: its commands, and how commander's errors become ours. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from '../core/errors.ts';
import { defineAws, defineDoctor } from './aws-definitions.ts';
import type { CommandContext } from './command-context.ts';
import {
  defineCompare,
  defineCost,
  defineEmulate,
  defineLocal,
  defineModel,
  defineReport,
  defineResume,
} from './definitions.ts';
import { defineExport, defineImport } from './k6-definitions.ts';
import { defineMeasuring } from './measuring-definitions.ts';
import { defineServe } from './serve-definition.ts';

/** Exit code of the command line, once it has run. Throws BenchError. */
export async function runProgram(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram({
    asked: commandOf(argv),
    signal,
    exit: code => {
      exitCode = code;
    },
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

/** The first word, or the one that help is asked for; no command is called so when there is none. */
function commandOf(argv: readonly string[]): string {
  const [first = '', second = ''] = argv.filter(word => !word.startsWith('-'));
  return first === 'help' ? second : first;
}

/** All commands with their options, for whoever reads them: docs/reference.md is made of it. */
export function buildProgram(context: CommandContext): Command {
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

  defineLocal(program, context);
  defineMeasuring(program, context);
  defineResume(program, context);
  defineServe(program, context);
  defineEmulate(program, context);
  defineReport(program, context);
  defineCompare(program, context);
  defineCost(program, context);
  defineModel(program, context);
  defineAws(program, context);
  defineDoctor(program, context);
  defineExport(program);
  defineImport(program, context);
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
