/** What a run's reader must be told of an emulated function: what this machine cannot give it, and what its log says. */
import { availableParallelism } from 'node:os';
import { MB_PER_CPU } from '../core/lambda-limits.ts';
import type { Warning } from '../core/record.ts';
import type { Emulator } from '../emulator/start.ts';

/** Of a function that has the whole machine; `mostMb` was resident after one of its calls. */
export function unlimitedWarnings(
  memoryMb: number,
  noLimits: Emulator['noLimits'],
  mostMb: number | undefined,
): Warning[] {
  return [withoutLimits(memoryMb, noLimits), ...beyondWarnings(memoryMb, mostMb)];
}

/** Also of one with limits: what another program has read before (weights, libraries) does not count for a control group. */
export function beyondWarnings(memoryMb: number, mostMb: number | undefined): Warning[] {
  return mostMb !== undefined && mostMb > memoryMb ? [beyondMemory(mostMb, memoryMb)] : [];
}

/** The system's codes, and the runtime's words for a full disk. */
const OF_A_FOLDER = /^E[A-Z]+\b|No space left/;

/** Its cold starts are another function's then. */
export function unpreparedWarnings(reason: string | undefined): Warning[] {
  if (reason === undefined) return [];
  return [
    {
      code: 'not-prepared',
      message: `the emulated function loads the model as it is, which takes longer and more memory than the image's prepared one: ${reason}`,
      advice: OF_A_FOLDER.test(reason)
        ? 'it is kept beside the models, 110 MB: RESNET_BENCH_MODELS_DIR names a folder that can take it'
        : 'take its cold starts for those of an image made with --no-prepare',
    },
  ];
}

/** Of its lines, once a call has failed. */
export function logWarnings(lines: readonly string[], memoryMb: number): Warning[] {
  if (lines.some(line => /Error Type: Runtime\.OutOfMemory/.test(line))) return [ranOutOfMemory(memoryMb)];
  const reason = lastError(lines);
  return reason === undefined ? [] : [functionError(reason)];
}

/** Times are a lower bound then, and a reader would take them for Lambda's. */
function withoutLimits(memoryMb: number, noLimits: Emulator['noLimits']): Warning {
  const whole = `the emulated function has this machine's whole CPU and memory; Lambda gives one of ${memoryMb} MB ${(memoryMb / MB_PER_CPU).toFixed(2)} CPU, and ends it beyond ${memoryMb} MB`;
  return {
    code: 'no-limits',
    message: noLimits === undefined ? whole : `${whole}: ${noLimits.reason}`,
    advice: noLimits?.advice ?? 'take its times for the least that Lambda would need, or leave --limits off out',
  };
}

/** A machine cannot give what it has not. */
export function fewerCores(memoryMb: number): Warning[] {
  const [share, cores] = [memoryMb / MB_PER_CPU, availableParallelism()];
  if (share <= cores) return [];
  return [
    {
      code: 'fewer-cores',
      message: `Lambda gives a function of ${memoryMb} MB ${share.toFixed(2)} CPU; this machine has ${cores}`,
      advice: 'take its times for the most that Lambda would need, as far as it works in parallel',
    },
  ];
}

function ranOutOfMemory(memoryMb: number): Warning {
  return {
    code: 'out-of-memory',
    message: `the emulated function needed more than its ${memoryMb} MB, and was ended for it as Lambda does`,
    advice: 'give it more by --memory; what is resident after a call of a larger one tells how much',
  };
}

function beyondMemory(usedMb: number, memoryMb: number): Warning {
  return {
    code: 'beyond-memory',
    message: `the function had ${Math.ceil(usedMb)} MB in use, which is more than its ${memoryMb} MB: Lambda would have ended it, or read files again and again`,
    advice: 'give it more by --memory',
  };
}

/** A caller of Lambda is told nothing but 502; the log is at hand here. */
function functionError(reason: string): Warning {
  return {
    code: 'function-error',
    message: `the log of the emulated function says: ${reason}`,
    advice: 'resnet-bench emulate, with the same options, shows the whole log',
  };
}

const LONGEST_REASON = 300;
/** What the platform writes of every call says nothing of an error. */
const PLATFORM_LINE = /^(START|END|REPORT|INIT_REPORT|XRAY) /;

/** What the function said last of an error: our handler as JSON, other programs and the platform as text. */
function lastError(lines: readonly string[]): string | undefined {
  const told = lines
    .map(line => /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(line)?.[1])
    .findLast(text => text !== undefined);
  const reason =
    told === undefined
      ? lines.findLast(line => /error/i.test(line) && !PLATFORM_LINE.test(line))
      : String(JSON.parse(told));
  return reason?.replace(/\s+/g, ' ').trim().slice(0, LONGEST_REASON);
}
