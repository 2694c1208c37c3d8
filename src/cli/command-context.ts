/** What the definitions of all commands need. */
import { type Command, Option } from 'commander';

export interface CommandContext {
  /** The one command whose options are wanted; all are when absent. */
  readonly asked?: string | undefined;
  readonly signal: AbortSignal;
  /** Sets the exit code. */
  exit(code: number): void;
}

/** In the list of commands it says that a command has options. */
const SOME_OPTION = new Option('--options');

/** Makes them for the command that is asked for alone: of all commands they take longer than Node to start. */
export function addOptions(command: Command, { asked }: CommandContext, options: () => readonly Option[]): Command {
  const wanted = asked === undefined || asked === command.name() ? options() : [SOME_OPTION];
  for (const option of wanted) command.addOption(option);
  return command;
}

export const IMAGES = ['[images...]', 'JPEG, PNG, WebP, ... (default: the built-in pictures)'] as const;

/** A duration alone lifts the default limit on iterations. */
export function iterationLimit(command: Command): { iterations?: number } {
  const { iterations, duration } = command.opts<{ iterations: number; duration?: number }>();
  return duration !== undefined && command.getOptionValueSource('iterations') === 'default' ? {} : { iterations };
}
