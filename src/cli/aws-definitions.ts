/** The commands around AWS: `aws template`, `policy` and `outputs`, and `doctor`. */
import type { Command } from 'commander';
import { POLICY_COMMANDS } from '../core/aws-policy.ts';
import type { CommandContext } from './command-context.ts';
import { functionOption, stackOption, urlOption } from './function-options.ts';
import { flag, option, something } from './option.ts';
import { jsonOption, modelOption } from './options.ts';

export function defineAws(program: Command, { signal }: CommandContext): void {
  const aws = program
    .command('aws')
    .summary('a template to deploy, the policy for whoever measures, what a stack tells')
    .description('What it takes to measure on AWS: see docs/aws.md.');
  aws
    .command('template')
    .description('Prints the CloudFormation template of the function, with URL, log, traces, dashboard and alarms.')
    .action(async () => (await import('./commands/aws.ts')).printTemplate());
  aws
    .command('policy')
    .description('Prints the IAM policy for whoever measures: all that a command asks of AWS, and nothing else.')
    .argument('[command]', `one of ${POLICY_COMMANDS.join(', ')} (default: all of them)`)
    .addOption(flag('url', 'the function is called at its URL; also tells what the function itself must allow'))
    .addOption(functionOption('its name or ARN'))
    .addOption(stackOption('the stack that commands find it by (--stack)'))
    .addOption(
      option('log-group', '<name>', 'where it logs (default: /aws/lambda/ and its name)').argParser(
        something('--log-group'),
      ),
    )
    .action(async (command: string | undefined, options) => {
      (await import('./commands/aws.ts')).printPolicy(command, options);
    });
  aws
    .command('outputs')
    .description('Prints what a deployed stack tells: addresses, function, log group, region.')
    .argument('<stack>', 'its name or ARN')
    .addOption(jsonOption('as one JSON object'))
    .action(async (stack: string, { json }) =>
      (await import('./commands/aws.ts')).printOutputs(stack, json === true, signal),
    );
}

export function defineDoctor(program: Command, { signal, exit }: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('what stands in the way of good figures, and what mends it')
    .description(
      'Looks at this machine, and at a deployed function that is named: each line a mark (✓ well, · neither, ! a warning, ✗ broken), a fact, and what mends it. Changes nothing, calls nothing, downloads nothing; AWS is asked only about a function that is named. Exit code 3 when something is broken.',
    )
    .addOption(urlOption('the address of a deployed function'))
    .addOption(functionOption('its name or ARN'))
    .addOption(stackOption())
    .addOption(modelOption())
    .addOption(jsonOption('all findings as one JSON object'));
  command.action(async options => {
    const { runDoctor } = await import('./commands/doctor.ts');
    exit(await runDoctor(options, name => command.getOptionValueSource(name) === 'cli', signal));
  });
}
