/** The entry of the program: the only place that prints errors and sets the exit code. */
import { BenchError, EXIT, messageOf, SetupError } from '../core/errors.ts';
import { runProgram } from './program.ts';

const aborter = new AbortController();
let signalCode: number | undefined;

// Once: end after the call in flight, with a complete record. Twice: at once.
for (const [signal, code] of [
  ['SIGINT', EXIT.sigint],
  ['SIGTERM', EXIT.sigterm],
] as const) {
  process.on(signal, () => {
    if (aborter.signal.aborted) process.exit(code);
    signalCode = code;
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
  process.exitCode ??= exitCode;
} catch (thrown) {
  process.exitCode = report(thrown);
}
if (signalCode !== undefined) process.exitCode = signalCode;

/** Prints the error and returns its exit code. */
function report(thrown: unknown): number {
  if (signalCode !== undefined && thrown === aborter.signal.reason) return signalCode;
  if (thrown instanceof BenchError) {
    process.stderr.write(`error: ${messageOf(thrown)}\nhint: ${thrown.hint}\n`);
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
