/** What every report says of a record in words: model, machine, cold calls, failures. No layout. */
import type { Distribution, Machine, Run, RunRecord, Sample, StartKind, Target } from '../core/record.ts';
import { formatMb, formatMs, plural } from './figures.ts';

/** In the order of the work, by the names of the record. */
const STAGES = ['parseMs', 'preprocessMs', 'inferenceMs', 'postprocessMs', 'handlerMs'];

/** The times that a table shows, with their names; the client's time alone when the work did not tell its own. */
export function stagesOf(times: Readonly<Record<string, Distribution>>): [name: string, Distribution][] {
  const stages = STAGES.filter(stage => times[stage] !== undefined);
  const shown = stages.length > 0 ? stages : ['serviceMs'].filter(stage => times[stage] !== undefined);
  return shown.map(stage => [stage.replace(/Ms$/, ''), times[stage]!]);
}

/** `resnet50-v1-12, float32, trained · 2 threads · torchvision preprocessing`. */
export function describeTarget({ info }: Target): string {
  const { model, threads, preprocess } = info;
  return [
    model && `${model.name}, ${model.precision}, ${model.weights}`,
    threads !== undefined && plural(threads, 'thread'),
    preprocess && `${preprocess} preprocessing`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `AMD EPYC, 2 cores · Node 20.20.2`. */
export function describeMachine({ cpuModel, cpuCount, node }: Machine): string {
  return `${cpuModel}, ${plural(cpuCount, 'core')} · Node ${node}`;
}

export function describeStatus({ status, stoppedBy }: Run): string | undefined {
  if (status === 'running') return 'this run has not ended, or was killed: what it has measured so far';
  if (status === 'interrupted') return 'this run was interrupted: what it had measured by then';
  return stoppedBy === 'duration' ? 'ended by its duration' : undefined;
}

/** `1 cold call   model and session 132 ms, first answer 41 ms`; undefined when no call was cold. */
export function describeCold({ samples }: Target): string | undefined {
  const cold = samples.filter(sample => sample.start === 'cold' && sample.outcome.ok);
  const [first] = cold;
  if (first === undefined) return undefined;
  const { initMs, handlerMs } = first.timings;
  const parts = [
    initMs !== undefined && `model and session ${formatMs(initMs)} ms`,
    handlerMs !== undefined && `first answer ${formatMs(handlerMs)} ms`,
  ].filter(Boolean);
  return [plural(cold.length, 'cold call'), parts.join(', ')].filter(Boolean).join(': ');
}

/** `memory 62 -> 214 MB, peak 231 MB`: at start, with the model loaded, and the most of the whole run. */
export function describeMemory({ info, samples }: Target): string | undefined {
  const { startRssMb, loadedRssMb } = info;
  if (startRssMb === undefined || loadedRssMb === undefined) return undefined;
  let peak = 0;
  for (const { memory } of samples) peak = Math.max(peak, memory.peakRssMb ?? 0);
  const peakText = peak === 0 ? '' : `, peak ${formatMb(peak)} MB`;
  return `memory ${formatMb(startRssMb)} -> ${formatMb(loadedRssMb)} MB${peakText}`;
}

/** `100 warm calls (after 3 to warm up)`. */
export function describeCounts({ samples }: Target, start: StartKind): string {
  const counted = samples.filter(sample => sample.start === start && sample.phase === 'measured' && sample.outcome.ok);
  const warmups = samples.filter(({ phase, start: met }) => phase === 'warmup' && met === start).length;
  const calls = start === 'unknown' ? 'call of unknown start' : `${start} call`;
  const many = start === 'unknown' ? 'calls of unknown start' : undefined;
  return `${plural(counted.length, calls, many)}${warmups === 0 ? '' : ` (after ${warmups} to warm up)`}`;
}

/** One line a picture and kind of failure: `broken.jpg: 34 of 34 failed (undecodable-image): cannot be decoded: ...`. */
export function describeFailures({ samples }: Target): string[] {
  const failed = new Map<string, { count: number; image: string; error: string }>();
  const asked = new Map<string, number>();
  for (const { image, outcome } of samples) {
    asked.set(image, (asked.get(image) ?? 0) + 1);
    if (outcome.ok) continue;
    const error = `(${outcome.error.kind}): ${outcome.error.message}`;
    const entry = failed.get(`${image} ${error}`) ?? { count: 0, image, error };
    failed.set(`${image} ${error}`, { ...entry, count: entry.count + 1 });
  }
  return [...failed.values()].map(
    ({ count, image, error }) => `${image}: ${count} of ${asked.get(image)} failed ${error}`,
  );
}

/** The first answer for each picture, in the order of the pictures. */
export function predictionsByImage(
  record: RunRecord,
  { samples }: Target,
): { image: string; predictions: Sample['predictions'] }[] {
  return record.images.flatMap(({ name }) => {
    const answered = samples.find(sample => sample.image === name && sample.predictions.length > 0);
    return answered === undefined ? [] : [{ image: name, predictions: answered.predictions }];
  });
}
