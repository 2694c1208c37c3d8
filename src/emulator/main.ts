/**
 * Entry of the emulator's own process. The first line of its stdin is the JSON of `emulatorConfigSchema`, not an argument: those
 * anybody on the machine can read, and a function's variables may be secret. It listens on 127.0.0.1 only and checks no signature. One JSON line on stdout says that it is ready, and where.
 *
 * Its life hangs on its stdin: when that ends, because whoever started it is gone or wants it to go, every environment is
 * ended and then it is. SIGINT does the same, unless it comes from the terminal: `startEmulator` gives it a session of its own.
 */
import { z } from 'zod';
import { BenchError, EXIT } from '../core/errors.ts';
import { type EmulatorConfig, emulatorConfigSchema } from './config.ts';
import { type RunningEmulator, runEmulator } from './emulator.ts';

/** Longer than ending processes takes; the reaper does what is left. */
const STOP_MS = 1_500;

let emulator: RunningEmulator | undefined;
let stopping = false;

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(exitCode), STOP_MS);
  await emulator?.stop();
  process.exit(exitCode);
}

async function readConfig(): Promise<EmulatorConfig> {
  const config = emulatorConfigSchema.safeParse(parseJson(await firstLine()));
  if (config.success) return config.data;
  process.stderr.write(`the emulator's configuration is not valid:\n${z.prettifyError(config.error)}\n`);
  process.exit(EXIT.usage);
}

/** Never, when stdin ends before it: then nobody wants an emulator any more. */
function firstLine(): Promise<string> {
  return new Promise(resolve => {
    let text = '';
    process.stdin.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Nobody reads any more: not a reason to die before the environments do.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.stdin.on('error', () => {});
process.stdin.once('close', () => void stop(EXIT.ok));
process.stdin.once('end', () => void stop(EXIT.ok));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(EXIT.ok));

try {
  const running = await runEmulator(await readConfig());
  emulator = running;
  // Its stdin may have ended while it started.
  if (stopping) await running.stop();
  else process.stdout.write(`${JSON.stringify(running.ready)}\n`);
  void running.broken.then(() => {
    if (!stopping) process.stderr.write('the process that cleans up after the emulator is gone\n');
    return stop(EXIT.bug);
  });
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`${error.message}\nhint: ${error.hint}\n`);
  process.exit(error.exitCode);
}
