/** Makes a run folder of what k6 measured: the calls as k6 tells them, and nothing that it does not tell. */
import { basename, join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import type { Incident, RecordHead, TargetInfo, Warning } from '../core/record.ts';
import { SCHEMA_VERSION } from '../core/record.ts';
import { parseAddress } from '../runners/lambda-address.ts';
import { LearnedFacts } from '../runners/lambda-learned.ts';
import { DroppedCalls } from '../scenarios/dropped-calls.ts';
import { callOf } from './k6/call.ts';
import type { K6Plan } from './k6/plan.ts';
import { readK6Points } from './k6/points.ts';
import { requestsOf } from './k6/requests.ts';
import { type K6Survey, surveyK6 } from './k6/survey.ts';
import { digestLines, recordChunks } from './record-file.ts';
import { readTool, withLearned } from './record-head.ts';
import { RunFolder, SAMPLES_FILE } from './run-folder.ts';
import { gatherEvidence, settledLines } from './settled-lines.ts';
import { warningsOf } from './warnings.ts';

const TARGET = 'lambda';

/**
 * Reads the outputs of all instances of one test. Resolves to the run's folder. Throws SetupError for files that are no such output or a
 * folder that cannot be written, UsageError for two that are not of one test.
 */
export async function importK6(files: readonly string[], outDir: string): Promise<string> {
  const survey = await surveyK6(files);
  const folder = await RunFolder.create(outDir, 'import', new Date());
  try {
    const head = headOf(survey, files, folder.id);
    await folder.writeRecord([`${JSON.stringify(head, null, 2)}\n`]);
    const read = await appendCalls(folder, survey, files);
    await finish(folder, head, survey, read);
    folder.close();
    return folder.path;
  } catch (thrown) {
    folder.discard();
    throw thrown;
  }
}

interface Read {
  readonly facts: LearnedFacts;
  readonly calls: number;
  readonly lastMs: number;
}

async function appendCalls(
  folder: RunFolder,
  { plan, startedMs, dropsMs }: K6Survey,
  files: readonly string[],
): Promise<Read> {
  const facts = new LearnedFacts();
  const requestBytes = new Map(plan?.images.map(({ name, bytes }) => [name, bodyBytes(bytes)]));
  // A Poisson schedule is the script's own, which knows each call's number whatever was dropped.
  const firstDropMs = plan?.arrivals === 'constant' ? dropsMs[0] : undefined;
  const seen = new Set<number>();
  let lastMs = 0;
  for (const file of files) {
    for await (const request of requestsOf(readK6Points(file))) {
      const told = Number(request.metadata.seq);
      const seq = plan === undefined || !Number.isInteger(told) ? seen.size : told;
      if (seen.has(seq)) {
        throw new UsageError(
          `call ${seq} is there twice: ${basename(file)} is of another test`,
          'import one test at a time',
        );
      }
      seen.add(seq);
      const { sample, learned } = callOf(request, seq, { plan, startedMs, firstDropMs, requestBytes });
      facts.add(learned, sample.predictions, new Date(request.endedMs));
      lastMs = Math.max(lastMs, sample.completedMs);
      folder.append({ target: TARGET, sample });
    }
  }
  for (const incident of incidentsOf(dropsMs, startedMs)) folder.append({ incident });
  return { facts, calls: seen.size, lastMs };
}

function incidentsOf(dropsMs: readonly number[], startedMs: number): Incident[] {
  const incidents: Incident[] = [];
  const calls = new DroppedCalls(stretch => incidents.push({ kind: 'dropped', target: TARGET, ...stretch }));
  for (const atMs of dropsMs) calls.add(Math.max(0, atMs - startedMs));
  calls.over();
  return incidents;
}

/** `{"image":"<base64>"}`. */
function bodyBytes(imageBytes: number): number {
  return '{"image":""}'.length + 4 * Math.ceil(imageBytes / 3);
}

function headOf({ plan, url, startedMs }: K6Survey, files: readonly string[], id: string): RecordHead {
  const startedAt = new Date(startedMs).toISOString();
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: readTool(),
    run: {
      id,
      command: 'import',
      // Of a script that is not ours nobody says which loop it was.
      scenario: plan === undefined ? 'k6' : 'open loop',
      status: 'running',
      startedAt,
      options: { ...optionsOf(plan), from: 'k6', files: files.map(file => basename(file)) },
      beganMs: plan?.leadMs ?? 0,
      segments: [{ startedAt, offsetMs: 0 }],
    },
    images: [...(plan?.images ?? [])],
    targets: [{ name: TARGET, info: infoOf(plan, url), warnings: [] }],
  };
}

function optionsOf(plan: K6Plan | undefined): Record<string, unknown> {
  if (plan === undefined) return {};
  const { tool, images, leadMs: _, ...options } = plan;
  return { images: images.map(({ name }) => name), targets: [TARGET], ...options, exportedBy: tool.version };
}

/** `address`: where no plan tells it. */
function infoOf(plan: K6Plan | undefined, address: string | undefined): TargetInfo {
  const url = plan?.url ?? address;
  if (url === undefined) return { emulated: false };
  const { region, frontDoor = plan?.frontDoor } = parseAddress(url);
  return {
    emulated: false,
    ...(plan && { connection: plan.connection }),
    url,
    ...(frontDoor && { frontDoor }),
    ...(region !== undefined && { region }),
  };
}

async function finish(folder: RunFolder, head: RecordHead, survey: K6Survey, read: Read): Promise<void> {
  const { plan, startedMs, dropsMs } = survey;
  const file = join(folder.path, SAMPLES_FILE);
  const evidence = await gatherEvidence(file);
  const lines = () => settledLines(file, evidence);
  const known = withLearned(head, TARGET, read.facts.first());
  const { summaries, disagreements, incidents } = await digestLines(known, lines());
  const whole = plan === undefined || read.calls + dropsMs.length >= plan.planned;
  const finished: RecordHead = {
    ...known,
    incidents,
    run: {
      ...known.run,
      status: whole ? 'completed' : 'interrupted',
      endedAt: new Date(startedMs + read.lastMs).toISOString(),
      ...(whole && plan !== undefined && { stoppedBy: 'duration' as const }),
    },
    targets: known.targets.map(target => ({
      ...target,
      warnings: [
        ...warningsOf(target.info, summaries.get(TARGET)!),
        ...read.facts.warnings(),
        ...disagreements.get(TARGET)!,
        ...importWarnings(survey),
        ...(whole ? [] : [missingCalls(read.calls + dropsMs.length, plan.planned)]),
      ],
    })),
  };
  await folder.writeRecord(recordChunks(finished, summaries, lines));
}

function missingCalls(found: number, planned: number): Warning {
  return {
    code: 'k6-missing',
    message: `${planned - found} of ${planned} planned calls are in no file`,
    advice: 'are the outputs of all instances named? Else the test was ended early',
  };
}

function importWarnings({ plan, dropsMs }: K6Survey): Warning[] {
  if (plan === undefined) {
    return [
      {
        code: 'k6-script',
        message: "the script was not made by this program: pictures, answers and the calls' due times are not known",
        advice: 'response times count from when k6 sent a call; resnet-bench export k6 makes a script that tells more',
      },
    ];
  }
  if (plan.arrivals !== 'constant' || dropsMs.length === 0) return [];
  return [
    {
      code: 'k6-dropped',
      message: `k6 did not send ${dropsMs.length} calls: all of its VUs were busy, and from then on it does not tell when a call was due`,
      advice: 'response times after that count from when k6 began a call: export with a larger --max-in-flight',
    },
  ];
}
