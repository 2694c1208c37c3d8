/** What a deployed function is told by environment variables; lambda-image/README.md lists them for its users. */
import { readFileSync } from 'node:fs';
import { parse, resolve } from 'node:path';
import { ASKED, automaticThreads, type ThreadChoice } from '../classifier/automatic-threads.ts';
import { messageOf, SetupError } from '../core/errors.ts';
import { PREPROCESS_MODES, type PreprocessMode } from '../core/preprocess-mode.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** `model` of an answer. */
export interface ModelIdentity {
  readonly name: string;
  /** Hex. Taken as given: hashing the file would lengthen every cold start. */
  readonly sha256?: string;
  /** How the file was made of the one that has this hash; absent when it is that one. */
  readonly prepared?: string;
}

export interface HandlerOptions {
  readonly modelFile: string;
  readonly model: ModelIdentity;
  /** Threads of one inference. */
  readonly threads: number;
  /** What they were chosen by; for the record. */
  readonly threadsBy?: string;
  readonly preprocess: PreprocessMode;
  /** Memory of the function, MB; undefined outside Lambda. */
  readonly memoryMb?: number | undefined;
  /** Dimension of the metrics; without it none are written. */
  readonly functionName?: string | undefined;
  readonly logGroup?: string | undefined;
  readonly logStreamName?: string | undefined;
}

/**
 * From our own variables
 *
 * - `RESNET_BENCH_MODEL_FILE`: the model, absolute or from the task root; `model.onnx`
 * - `RESNET_BENCH_MODEL_NAME`, `RESNET_BENCH_MODEL_SHA256`: what answers call it; else `{"name", "sha256"}` in the .json
 *   file beside it (`model.json`), else the file's name and no hash
 * - `RESNET_BENCH_THREADS`: as many as `automaticThreads` says
 * - `RESNET_BENCH_PREPROCESS`: `torchvision` or `fast`; `torchvision`
 *
 * and Lambda's (`LAMBDA_TASK_ROOT`, `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, `_FUNCTION_NAME`, `_LOG_GROUP_NAME`, `_LOG_STREAM_NAME`). An empty
 * variable counts as unset. Throws SetupError for a value that cannot be.
 */
export function optionsFrom(env: Variables): HandlerOptions {
  const modelFile = resolve(env.LAMBDA_TASK_ROOT || '.', env.RESNET_BENCH_MODEL_FILE || 'model.onnx');
  const memoryMb = positiveInteger(env, 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE');
  return {
    modelFile,
    model: modelIdentity(modelFile, env),
    ...threadChoice(env, memoryMb),
    preprocess: preprocessMode(env),
    memoryMb,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME || undefined,
    logGroup: env.AWS_LAMBDA_LOG_GROUP_NAME || undefined,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME || undefined,
  };
}

/** As the variable says, else by what the function has. */
function threadChoice(env: Variables, memoryMb: number | undefined): ThreadChoice {
  const asked = positiveInteger(env, 'RESNET_BENCH_THREADS');
  return asked === undefined ? automaticThreads(memoryMb) : { threads: asked, threadsBy: ASKED };
}

function modelIdentity(modelFile: string, env: Variables): ModelIdentity {
  const { dir, name: stem } = parse(modelFile);
  const written = readIdentity(resolve(dir, `${stem}.json`));
  const sha256 = env.RESNET_BENCH_MODEL_SHA256 || written.sha256;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) throw misconfigured('the SHA-256 of the model', sha256);
  const name = env.RESNET_BENCH_MODEL_NAME || written.name || stem;
  const { prepared } = written;
  return {
    name,
    ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
    ...(prepared !== undefined && { prepared }),
  };
}

/** Nothing when there is no such file. */
function readIdentity(file: string): Partial<ModelIdentity> {
  try {
    const { name, sha256, prepared } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof sha256 === 'string' && { sha256 }),
      ...(typeof prepared === 'string' && { prepared }),
    };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new SetupError(`cannot read ${file}: ${messageOf(thrown)}`, '{"name": "...", "sha256": "..."}', thrown);
  }
}

function preprocessMode({ RESNET_BENCH_PREPROCESS: given }: Variables): PreprocessMode {
  if (!given) return 'torchvision';
  const mode = PREPROCESS_MODES.find(name => name === given);
  if (mode === undefined) throw misconfigured('RESNET_BENCH_PREPROCESS', given);
  return mode;
}

function positiveInteger(env: Variables, name: string): number | undefined {
  const given = env[name];
  if (!given) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw misconfigured(name, given);
  return Number(given);
}

function misconfigured(what: string, given: string): SetupError {
  return new SetupError(`${what} cannot be "${given}"`, "lambda-image/README.md lists the function's variables");
}
