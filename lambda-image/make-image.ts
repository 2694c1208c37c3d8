/** From a model to the folder that an image is built in, and to the image. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withModelProgress } from '../src/cli/model-progress.ts';
import { EXIT, SetupError } from '../src/core/errors.ts';
import { type ChosenModel, chooseModel } from '../src/runs/choose-model.ts';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import {
  findTool,
  type ImageOptions,
  imageCommands,
  runCommand,
  shellLine,
  TOOLS,
  type Tool,
} from './container-tool.ts';
import { DOCKERFILE, inImageFolder, orCannotWrite } from './image-folder.ts';
import { sizeTable, totalBytes } from './size-table.ts';
import { assembleTaskRoot, type TaskRoot } from './task-root.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

export interface MakeImageOptions {
  readonly arch: Architecture['lambda'];
  /** Major version of Node in the base image. */
  readonly node: string;
  readonly model?: string;
  /** As the runtime loads it fastest. */
  readonly prepare: boolean;
  readonly out?: string;
  readonly tag: string;
  readonly push?: string;
  readonly builder: 'auto' | 'none' | Tool;
}

/** The exit code: 0 with the folder alone, when nothing here can build and nobody has insisted. Throws BenchError. */
export async function makeImage(options: MakeImageOptions, signal: AbortSignal): Promise<number> {
  const { node, tag, push, builder } = options;
  const architecture = ARCHITECTURES.find(({ lambda }) => lambda === options.arch)!;
  const model = await withModelProgress(onEvent => chooseModel(options.model, { signal, onEvent }));
  const context = resolve(options.out ?? join(HERE, 'out', architecture.lambda));
  return inImageFolder(context, async () => {
    const taskRoot = await orCannotWrite(context, () =>
      assemble(model, architecture, context, options.prepare, signal),
    );
    process.stdout.write(describe(model, architecture, taskRoot));

    const labels = {
      MODEL_NAME: model.info.name,
      MODEL_SHA256: model.info.sha256,
      MODEL_PREPARED: 'how' in taskRoot.model ? taskRoot.model.how : 'no',
      TASK_ROOT_SHA256: taskRoot.sha256,
    };
    const image = { tag, nodeMajor: node, architecture, labels, context, ...(push !== undefined && { push }) };
    if (builder === 'none') return EXIT.ok;
    return build(image, builder === 'auto' ? TOOLS : [builder], builder !== 'auto' || push !== undefined, signal);
  });
}

async function assemble(
  model: ChosenModel,
  architecture: Architecture,
  context: string,
  prepare: boolean,
  signal: AbortSignal,
): Promise<TaskRoot> {
  await copyFile(DOCKERFILE, join(context, 'Dockerfile'));
  const taskRoot = await assembleTaskRoot(model, architecture, join(context, 'task'), { prepare, signal });
  await writeFile(join(context, 'image.json'), `${JSON.stringify(manifest(model, architecture, taskRoot), null, 2)}\n`);
  return taskRoot;
}

/** image.json, for whoever automates; beside the task root, not in it. */
function manifest({ info }: ChosenModel, { lambda }: Architecture, taskRoot: TaskRoot) {
  const { name, sha256, precision, weights } = info;
  const { bytes } = taskRoot;
  return {
    architecture: lambda,
    model: { name, sha256, precision, weights, ...('how' in taskRoot.model && { prepared: taskRoot.model.how }) },
    taskRoot: { sha256: taskRoot.sha256, bytes, totalBytes: totalBytes(taskRoot) },
  };
}

function describe({ info }: ChosenModel, { lambda, node }: Architecture, taskRoot: TaskRoot): string {
  const folder = relative(process.cwd(), taskRoot.folder) || '.';
  const here = process.platform === 'linux' && process.arch === node;
  const next = here
    ? `run it     resnet-bench emulate --task-root ${shellLine([folder])}`
    : `it runs on Linux ${lambda} only, so not on the emulator of this machine`;
  return `${info.name}, ${info.precision}, ${info.weights} · ${lambda}

${sizeTable(taskRoot, info.precision)}

model      ${describeModel(taskRoot.model)}
task root  ${folder}
digest     sha256:${taskRoot.sha256}
${next}
`;
}

function describeModel(model: TaskRoot['model']): string {
  if ('undone' in model) return `as it is: ${model.undone}`;
  return `prepared (${model.how}); its answers differ from the original's by at most ${model.difference.toExponential(0)}`;
}

async function build(
  image: ImageOptions,
  tools: readonly Tool[],
  insisted: boolean,
  signal: AbortSignal,
): Promise<number> {
  const found = await findTool(tools, signal);
  if ('problems' in found) {
    const commands = imageCommands(tools[0]!, image).map(shellLine);
    process.stdout.write(
      `\nno image was built: nothing here can build one\n${found.problems.map(line => `  ${line}`).join('\n')}\n`,
    );
    process.stdout.write(`where one can, this does it\n${commands.map(line => `  ${line}`).join('\n')}\n`);
    if (!insisted) return EXIT.ok;
    throw new SetupError(
      `no image was ${image.push === undefined ? 'built' : 'built and pushed'}: ${found.problems.join('; ')}`,
      'start the engine, or leave --builder and --push out for the folder alone',
    );
  }
  for (const command of imageCommands(found.tool, image)) {
    process.stderr.write(`+ ${shellLine(command)}\n`);
    await runCommand(command, signal);
  }
  process.stdout.write(`\nimage      ${image.tag}${image.push === undefined ? '' : `, pushed to ${image.push}`}\n`);
  return EXIT.ok;
}
