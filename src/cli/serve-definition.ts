/** The command that opens the page, with its options. */
import type { Command } from 'commander';
import { addOptions, type CommandContext } from './command-context.ts';
import {
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
  memoryOption,
  noLogsOption,
  noTracesOption,
  proactiveOption,
  stackOption,
  timeoutOption,
  traceAttemptsOption,
  traceDelayOption,
  traceIntervalOption,
  traceLayoutOption,
  urlOption,
} from './function-options.ts';
import { modelOption, outOption, preprocessOption, threadsOption } from './options.ts';
import { hostOption, pagePortOption } from './page-options.ts';

export function defineServe(program: Command, context: CommandContext): void {
  const { signal, exit } = context;
  const command = program
    .command('serve')
    .summary('a page to drop pictures on: this process and Lambda side by side')
    .description(
      'Opens a page on this machine until it is interrupted: drop a picture, see what this process and Lambda make of it, and watch the trace arrive; browse the reports of runs. Lambda is the function named by --url, --function or --stack, else ours on the embedded emulator.',
    );
  addOptions(command, context, () => [
    ...[pagePortOption(), hostOption()],
    ...[
      urlOption(),
      functionOption(),
      stackOption(),
      frontDoorOption(),
      headerOption(),
      timeoutOption(),
      connectionOption(),
    ],
    ...[memoryOption(), idleTimeoutOption(), idleHalfLifeOption(), maxAgeOption(), proactiveOption()],
    ...[limitsOption(), cpuPeriodOption(), initBoostOption(), traceLayoutOption(), traceDelayOption()],
    ...[noTracesOption(), noLogsOption(), traceIntervalOption('500ms'), traceAttemptsOption()],
    ...[threadsOption('threads of one inference in this process'), modelOption(), preprocessOption(), outOption()],
  ]);
  command.action(async options => {
    const { runServe } = await import('./commands/serve.ts');
    const given = (name: string) => command.getOptionValueSource(name) === 'cli';
    exit(await runServe(options, given, signal));
  });
}
