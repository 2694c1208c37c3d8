/** Beyond one machine: `export k6` and `import`. */
import type { Command } from 'commander';
import { type CommandContext, IMAGES } from './command-context.ts';
import { connectionOption, frontDoorOption, headerOption, timeoutOption, urlOption } from './function-options.ts';
import {
  arrivalsOption,
  jsonOption,
  likeRunOption,
  loadDurationOption,
  loadSeedOption,
  maxInFlightOption,
  outOption,
  pricesOption,
  rateOption,
  scriptOption,
  thresholdOption,
} from './options.ts';

export function defineExport(program: Command): void {
  const command = program
    .command('export')
    .summary('a load as a script for a program that runs distributed')
    .description('Turns a load into a script for another program, which can send more than one machine can.')
    .command('k6')
    .description(
      'Writes a script for k6: the same schedule and the same pictures, no secret. k6 run --out json=FILE SCRIPT runs it, on many machines too, and resnet-bench import FILE makes a run of the result.',
    )
    .argument(...IMAGES)
    .addOption(likeRunOption())
    .addOption(rateOption())
    .addOption(loadDurationOption())
    .addOption(arrivalsOption())
    .addOption(loadSeedOption())
    .addOption(maxInFlightOption())
    .addOption(urlOption('the function to call; what is secret of the address stays out of the script'))
    .addOption(frontDoorOption().choices(['url', 'http-api']))
    .addOption(headerOption())
    .addOption(timeoutOption())
    .addOption(connectionOption())
    .addOption(thresholdOption())
    .addOption(scriptOption())
    .addOption(outOption());
  command.action(async (images: string[], options) => {
    const { runExportK6 } = await import('./commands/export-k6.ts');
    await runExportK6(images, options, name => command.getOptionValueSource(name) === 'cli');
  });
}

export function defineImport(program: Command, { exit }: CommandContext): void {
  program
    .command('import')
    .summary('what k6 measured, as a run')
    .description(
      'Reads what k6 run --out json=FILE wrote (compressed too; of several instances all their files) and makes a run of it, for report, compare and cost. What k6 does not tell is not in it.',
    )
    .argument('<files...>', 'outputs of one test')
    .addOption(thresholdOption())
    .addOption(pricesOption())
    .addOption(outOption())
    .addOption(jsonOption())
    .action(async (files: string[], options) => {
      const { runImport } = await import('./commands/import.ts');
      exit(await runImport(files, options));
    });
}
