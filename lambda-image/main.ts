/** `npm run image`: assembles the function's folder, and builds and pushes the image where there is a program for it. */
import { Command, CommanderError } from 'commander';
import { flag, option, something } from '../src/cli/option.ts';
import { BenchError, EXIT, UsageError } from '../src/core/errors.ts';
import { printable } from '../src/core/printable.ts';
import { ARCHITECTURES } from './architecture.ts';
import { TOOLS } from './container-tool.ts';
import { makeImage } from './make-image.ts';

const aborter = new AbortController();
let signalCode: number | undefined;
for (const [name, code] of [
  ['SIGINT', EXIT.sigint],
  ['SIGTERM', EXIT.sigterm],
] as const) {
  process.once(name, () => {
    signalCode = code;
    aborter.abort();
  });
}

// The variables are the image's own: what a model is for a run need not be what is deployed.
const program = new Command('npm run image --')
  .description(
    "Assembles the Lambda function's folder, prints its size by part, and builds a container image of it where Docker, Podman or Buildah can. `resnet-bench emulate --task-root` runs the folder as it is.",
  )
  .addOption(
    option('arch', '<name>', 'the processor', 'image-arch')
      .default('x86_64')
      .choices(ARCHITECTURES.map(({ lambda }) => lambda)),
  )
  .addOption(option('node', '<major>', "of AWS's base image", 'image-node').default('22').choices(['22', '24']))
  .addOption(
    option('model', '<model>', 'a name or an ONNX file (default: as for every command)').argParser(
      something('--model'),
    ),
  )
  .addOption(flag('no-prepare', 'take the model file as it is'))
  .addOption(
    option('out', '<folder>', 'Dockerfile and task/ (default: lambda-image/out/<arch>)', 'image-out').argParser(
      something('--out'),
    ),
  )
  .addOption(
    option('tag', '<name>', 'of the image here', 'image-tag').default('resnet-bench').argParser(something('--tag')),
  )
  .addOption(option('push', '<repository:tag>', 'where it is pushed', 'image-push').argParser(something('--push')))
  .addOption(
    option('builder', '<name>', 'what builds it', 'image-builder')
      .default('auto')
      .choices(['auto', 'none', ...TOOLS]),
  )
  .allowExcessArguments(false)
  .exitOverride()
  .configureOutput({ outputError: () => {} })
  .action(async options => {
    process.exitCode = await makeImage(options, aborter.signal);
  });

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown);
}

function report(thrown: unknown): number {
  if (signalCode !== undefined && aborter.signal.aborted) return signalCode;
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === EXIT.ok) return EXIT.ok;
    return report(new UsageError(thrown.message.replace(/^error: /, ''), 'npm run image -- --help'));
  }
  if (!(thrown instanceof BenchError)) throw thrown;
  process.stderr.write(printable(`error: ${thrown.message}\nhint: ${thrown.hint}\n`));
  return thrown.exitCode;
}
