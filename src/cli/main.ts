/** The entry of the program: the only place that prints errors and sets the exit code. */
import { setMaxListeners } from 'node:events';
import { BenchError, EXIT, messageOf, SetupError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { runProgram } from './program.ts';

const aborter = new AbortController();
// Each call in flight listens, and an open loop may have many.
setMaxListeners(0, aborter.signal);
let signalCode: number | undefined;

// Once: end after the call in flight, with a complete record. Twice: at once.
for (const [signal, code] of [
  ['SIGINT', EXIT.sigint],
  ['SIGTERM', EXIT.sigterm],
  ['SIGHUP', EXIT.sighup],
] as const) {
  process.on(signal, () => {
    if (aborter.signal.aborted) process.exit(code);
    signalCode = code;
    if (process.stderr.isTTY) process.stderr.write('\nending after the call in flight; again to end at once\n');
    aborter.abort();
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no error.
  if (error.code === 'EPIPE' || process.exitCode === EXIT.setup) return;
  process.exitCode = report(
    new SetupError(`cannot write to stdout: ${messageOf(error)}`, 'look at where it goes', error),
  );
});

// An empty variable is an unset one.
for (const [name, value] of Object.entries(process.env)) {
  if (name.startsWith('RESNET_BENCH_') && value === '') delete process.env[name];
}

try {
  const exitCode = await runProgram(process.argv.slice(2), aborter.signal);
  process.exitCode ??= signalCode ?? exitCode;
} catch (thrown) {
  process.exitCode = report(thrown);
}

/** Prints the error and returns its exit code. */
function report(thrown: unknown): number {
  if (signalCode !== undefined && thrown === aborter.signal.reason) return signalCode;
  if (thrown instanceof BenchError) {
    process.stderr.write(printable(`error: ${messageOf(thrown)}\nhint: ${thrown.hint}\n`));
    if (process.env.DEBUG) process.stderr.write(`${causes(thrown)}\n`);
    return thrown.exitCode;
  }
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  process.stderr.write(
    `error: this is a bug in resnet-bench: ${messageOf(thrown)}\nhint: please report it with this\n${stack}\n`,
  );
  return EXIT.bug;
}

function causes(thrown: Error): string {
  const stack = thrown.stack ?? String(thrown);
  return thrown.cause instanceof Error ? `${stack}\ncaused by ${causes(thrown.cause)}` : stack;
}
