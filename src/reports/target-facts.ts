/** What every report says of a target in words: its model, where it runs, its cold calls, its memory. No layout. */
import type { Machine, Target, TargetInfo } from '../core/record.ts';
import { timesOf } from '../stats/summary.ts';
import { formatMb, formatMs, plural } from './figures.ts';

const FRONT_DOORS = { url: 'Function URL', 'http-api': 'HTTP API', invoke: 'Invoke' } as const;

/** A function rather than the classifier in this process: what it does not tell is unknown, not absent. */
export function isFunction({ connection, frontDoor, functionName, url }: TargetInfo): boolean {
  return [connection, frontDoor, functionName, url].some(known => known !== undefined);
}

/** `resnet50-v1-12, float32, trained · 2 threads · torchvision preprocessing`. */
export function describeTarget({ info }: Target): string {
  const { model, threads, preprocess } = info;
  const unknown = (what: string) => isFunction(info) && `${what} unknown`;
  return [
    model
      ? [model.name, model.precision, model.weights, model.prepared && 'prepared'].filter(Boolean).join(', ')
      : unknown('model'),
    threads !== undefined ? plural(threads, 'thread') : unknown('threads'),
    preprocess ? `${preprocess} preprocessing` : unknown('preprocessing'),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `emulated Lambda, 1024 MB, no CPU limit · Function URL, connection kept`; undefined for what is no function. */
export function describeFunction({ info }: Target): string | undefined {
  if (!isFunction(info)) return undefined;
  const { emulated, url, functionName, region, frontDoor, connection, cpuModel, cpuCount, node } = info;
  const where = [functionName, emulated ? undefined : url].filter(Boolean).join(' at ');
  const runtime = [
    cpuModel && `${cpuModel}, ${cpuCount === undefined ? 'CPUs unknown' : `${plural(cpuCount, 'CPU')} seen`}`,
    node && `Node ${node}`,
  ];
  return [
    [emulated ? 'emulated Lambda' : `Lambda${where && ` ${where}`}`, ...describeSize(info), region]
      .filter(Boolean)
      .join(', '),
    [
      frontDoor ? FRONT_DOORS[frontDoor] : 'front door unknown',
      connection && (connection === 'keep' ? 'connection kept' : 'a new connection each call'),
    ]
      .filter(Boolean)
      .join(', '),
    ...(emulated ? [] : runtime.some(Boolean) ? runtime : ['its machine unknown']),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `1024 MB`, `no CPU limit`. */
export function describeSize({ memoryMb, cpuShare }: TargetInfo): string[] {
  return [
    memoryMb === undefined ? 'memory size unknown' : `${memoryMb} MB`,
    ...(cpuShare === undefined ? [] : [cpuShare === 'unlimited' ? 'no CPU limit' : `${cpuShare.toFixed(2)} CPU`]),
  ];
}

/** `AMD EPYC, 2 cores · Node 20.20.2`. */
/** Their versions. */
export function librariesOf(machine: Machine | undefined): string[] {
  return machine === undefined ? [] : [`onnxruntime ${machine.onnxruntime}`, `sharp ${machine.sharp}`];
}

/** The machine that the calls came from. */
export function describeMachine(machine: Machine | undefined): string {
  if (machine === undefined) return 'a machine that is not known';
  const { cpuModel, cpuCount, node } = machine;
  return `${cpuModel}, ${plural(cpuCount, 'core')} · Node ${node}`;
}

/**
 * `1 cold call: model and session 132 ms, first answer 41 ms`, and the same of proactive ones; of several the first. Undefined
 * when no call was an environment's first.
 */
export function describeFirstCalls(target: Target): string | undefined {
  const lines = (['cold', 'proactive'] as const).map(start => describeFirst(target, start)).filter(Boolean);
  return lines.length === 0 ? undefined : lines.join(' · ');
}

function describeFirst({ info, samples }: Target, start: 'cold' | 'proactive'): string | undefined {
  const calls = samples.filter(sample => sample.start === start && sample.outcome.ok);
  const [first] = calls;
  if (first === undefined) return undefined;
  const { initMs, handlerMs, serviceMs } = timesOf(first);
  const remote = isFunction(info);
  const init =
    !remote && first.timings.runtimeStartMs !== undefined
      ? 'init'
      : remote
        ? start === 'proactive'
          ? 'init ahead of it'
          : 'init'
        : 'model and session';
  const parts = [
    initMs !== undefined && `${init} ${formatMs(initMs)} ms`,
    handlerMs !== undefined && `${remote ? 'handler' : 'first answer'} ${formatMs(handlerMs)} ms`,
    remote && serviceMs !== undefined && `the whole call ${formatMs(serviceMs)} ms`,
  ].filter(Boolean);
  const words = parts.length > 0 && calls.length > 1 ? ['the first:', parts.join(', ')].join(' ') : parts.join(', ');
  return [plural(calls.length, `${start} call`), words].filter(Boolean).join(': ');
}

/** `1 cold call: ... · memory 62 -> 214 MB · 2 environments`. */
export function describeRest(target: Target): string {
  return [describeFirstCalls(target), describeMemory(target), describeEnvironments(target)].filter(Boolean).join(' · ');
}

/**
 * `memory 62 -> 214 MB, peak 231 MB`: of this process at start, with the model loaded, and the most of the whole run;
 * `memory 180 MB resident at most after a call, Max Memory Used 204 MB`: of a function, resident, as it tells; and the most of its log lines.
 */
export function describeMemory({ info, samples }: Target): string | undefined {
  const { startRssMb, loadedRssMb } = info;
  if (isFunction(info)) {
    const used = mostOf(samples.map(({ memory }) => memory.usedMb));
    const logged = mostOf(samples.map(({ memory }) => memory.maxUsedMb));
    const told = [
      used !== undefined && `${formatMb(used)} MB resident at most after a call`,
      logged !== undefined &&
        `Max Memory Used ${formatMb(logged)} MB${info.memoryBy === 'group' && (used ?? 0) > logged ? ' (without files that others had read)' : ''}`,
    ].filter(Boolean);
    return told.length === 0 ? 'memory used unknown' : `memory ${told.join(', ')}`;
  }
  if (startRssMb === undefined || loadedRssMb === undefined) return undefined;
  const peak = mostOf(samples.map(({ memory }) => memory.peakRssMb));
  const peakText = peak === undefined ? '' : `, peak ${formatMb(peak)} MB`;
  return `memory ${formatMb(startRssMb)} -> ${formatMb(loadedRssMb)} MB${peakText}`;
}

/** MB that a target is known to have had: where Max Memory Used leaves out files that others had read, what was resident tells more. */
export function mostMemoryMb({ samples }: Target): number | undefined {
  return mostOf(samples.flatMap(({ memory: { maxUsedMb, usedMb } }) => [maxUsedMb, usedMb]));
}

/** The greatest of those that are known. A run may have more samples than a call takes arguments. */
export function mostOf(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((most, value) => (value === undefined || (most ?? value) > value ? most : value), undefined);
}

/** `2 environments`; undefined when the answers do not tell. */
function describeEnvironments({ info, samples }: Target): string | undefined {
  const ids = new Set(samples.map(({ environmentId }) => environmentId).filter(id => id !== undefined));
  if (ids.size === 0) return undefined;
  return isFunction(info) ? plural(ids.size, 'environment') : plural(ids.size, 'process', 'processes');
}
