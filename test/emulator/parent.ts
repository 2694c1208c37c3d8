// A process that starts an emulator and holds it, to be killed by a test.
import { startEmulator } from '../../src/emulator/start.ts';

const emulator = await startEmulator(JSON.parse(process.argv[2]!), new AbortController().signal);
const { functionUrl, invokeEndpoint, pid, reaperPid } = emulator;
console.log(JSON.stringify({ functionUrl, invokeEndpoint, pid, reaperPid }));
process.on('SIGTERM', () => void emulator.stop().then(() => process.exit()));
