/** What a user waits for `--help`, against the least that Node itself takes. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { heading, line } from './print.ts';
import { contender, sideBySide, timed } from './side-by-side.ts';

const program = fileURLToPath(new URL('../bin/resnet-bench.js', import.meta.url));

export async function benchHelp(): Promise<void> {
  heading('start of the command line');
  const empty = contender('node -e 0', () => run(['-e', '0']));
  for (const command of [['--help'], ['local', '--help']]) {
    const ours = contender(command.join(' '), () => run([program, ...command]));
    line(`${ours.name} / node -e 0`, await sideBySide(ours, empty, { rounds: 15, callsPerRound: 3, warmup: 2 }), 2);
  }
}

function run(args: readonly string[]): Promise<number> {
  return timed(() => {
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  });
}
