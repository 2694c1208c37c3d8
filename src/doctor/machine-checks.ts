/** This machine: Node, libraries, processors, who else uses them, and whether the emulator can share them out. */
import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCpuFlags } from '../classifier/cpu-flags.ts';
import { messageOf } from '../core/errors.ts';
import { Shares } from '../emulator/shares.ts';
import { readBusy } from '../runs/busy-watch.ts';
import type { Finding } from './finding.ts';

/** As package.json says. */
const LEAST_NODE = [20, 9] as const;

export function node(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const fits = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return {
    name: 'Node',
    mark: fits ? 'ok' : 'broken',
    fact: version,
    ...(!fits && { mend: `install Node ${LEAST_NODE.join('.')} or newer` }),
  };
}

/** Their native halves are loaded. */
export async function libraries(): Promise<Finding> {
  try {
    const [{ ONNXRUNTIME_VERSION }, { SHARP_VERSION }] = await Promise.all([
      import('../classifier/session.ts'),
      import('../classifier/decode.ts'),
    ]);
    return { name: 'libraries', mark: 'ok', fact: `onnxruntime ${ONNXRUNTIME_VERSION}, sharp ${SHARP_VERSION}` };
  } catch (thrown) {
    return { name: 'libraries', mark: 'broken', fact: messageOf(thrown), mend: 'install again: npm ci' };
  }
}

/** Processors of x86 without these run a network several times slower than any of Lambda's. */
const TELLING = ['avx512f', 'avx2'];

export function processors(flags = readCpuFlags()): Finding {
  const all = cpus();
  const model = all[0]?.model.trim() || 'unknown model';
  const sets = TELLING.filter(flag => flags?.includes(flag));
  const slow = arch() === 'x64' && flags !== undefined && sets.length === 0;
  const told = [model, `${Math.max(1, all.length)} seen`, ...(sets.length > 0 ? [sets.join(', ')] : [])];
  if (!slow) return { name: 'CPU', mark: 'ok', fact: told.join(' · ') };
  const mend = 'compare on a machine that has it: every processor of Lambda does';
  return { name: 'CPU', mark: 'warning', fact: [...told, 'no AVX2'].join(' · '), mend };
}

/** Of all processors: what others may take before a run says that the machine was busy (busy-watch.ts). */
const BUSY_SHARE = 0.2;
/** Taken by other virtual machines, which no program here can see or end. */
const STOLEN_SHARE = 0.02;

export async function neighbours(signal: AbortSignal, lengthMs = 500): Promise<Finding> {
  const [before, stolenBefore] = [readBusy(), readStolenMs()];
  await sleep(lengthMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  const [after, stolenAfter] = [readBusy(), readStolenMs()];
  const totalMs = after.totalMs - before.totalMs;
  if (totalMs <= 0)
    return { name: 'neighbours', mark: 'note', fact: 'the system does not tell who uses its processors' };
  const stolen = stolenAfter === undefined ? undefined : (stolenAfter - (stolenBefore ?? 0)) / totalMs;
  const ownMs = after.ownMs - before.ownMs;
  return judgeNeighbours(Math.max(0, after.busyMs - before.busyMs - ownMs) / totalMs, stolen);
}

/** Shares of all processors, 0 to 1; `stolen` is a part of `others`. */
export function judgeNeighbours(others: number, stolen: number | undefined): Finding {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const part = stolen === undefined ? '' : `; other virtual machines (steal): ${percent(stolen)}`;
  const fact = `others use ${percent(others)} of the processors${part}`;
  if ((stolen ?? 0) >= STOLEN_SHARE) {
    const mend = 'measure on a machine of its own, or repeat at another time: nothing here can end them';
    return { name: 'neighbours', mark: 'warning', fact, mend };
  }
  if (others < BUSY_SHARE) return { name: 'neighbours', mark: 'ok', fact };
  return {
    name: 'neighbours',
    mark: 'warning',
    fact,
    mend: 'end them, or measure when it is quiet: top shows who they are',
  };
}

/** In ticks of 10 ms since boot. Undefined but on Linux. Source: proc_stat(5). */
function readStolenMs(): number | undefined {
  try {
    const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '').split(/\s+/);
    return fields[7] === undefined ? undefined : 10 * Number(fields[7]);
  } catch {
    return undefined;
  }
}

/** Tries it out with a process. */
export function shares(): Finding {
  const opened = Shares.open({ memoryMb: 1024, cpuPeriodMs: 20, limits: true, initBoost: false });
  opened.close();
  const { noLimits } = opened.facts;
  if (noLimits === undefined) {
    return { name: 'shares', mark: 'ok', fact: "an emulated function can be given Lambda's share of CPU and memory" };
  }
  const fact = `an emulated function has the whole machine: ${noLimits.reason}`;
  return { name: 'shares', mark: 'warning', fact, mend: noLimits.advice };
}
