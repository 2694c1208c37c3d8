/** `npm run image`: the folder that it assembles answers on the emulator under both runtime clients, runs on the base image's libraries, and is the same each time. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { fileSha256, filesBelow, folderDigest } from '../../lambda-image/folder-digest.ts';
import { budgetMb } from '../../lambda-image/size-table.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { fixture } from '../classifier/pictures.ts';
import { complaint, type Finished, PROGRAM, ROOT, smallModel, until, watched } from '../cli/program.ts';
import { imageBody } from '../handler/events.ts';
import { installRic } from '../handler/ric.ts';
import { neededVersions } from './elf-versions.ts';

const ARCHITECTURES = [
  { name: 'x86_64', node: 'x64' },
  { name: 'arm64', node: 'arm64' },
] as const;
const HERE = ARCHITECTURES.find(({ node }) => node === process.arch);

/** Amazon Linux 2023, which AWS's images for Node 22 and 24 are made of: glibc 2.34, and GCC 11's libstdc++ and libgcc. */
const BASE_IMAGE: Readonly<Record<string, string>> = {
  GLIBC: '2.34',
  GLIBCXX: '3.4.29',
  CXXABI: '1.3.13',
  GCC: '11.0.0',
};

let folder: string;
let model: string;
/** Why nothing can be assembled. */
let missing: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet-bench-image-'));
  model = join(folder, 'small.onnx');
  await writeFile(model, smallModel());
  for (const { name } of ARCHITECTURES) {
    const { code, stderr } = await image(['--arch', name, '--out', join(folder, name), '--builder', 'none']);
    // Without a network npm says so; anything else is a failure.
    if (
      code === 3 &&
      /^error: npm cannot get .*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH)/.test(stderr)
    ) {
      missing = stderr;
      console.warn(`skipped: ${missing}`);
      return;
    }
    expect(stderr).toBe('');
    expect(code).toBe(0);
  }
});
beforeAll(async () => {
  // It compiles for a minute where it has not been yet.
  if (HERE !== undefined) await installRic();
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The script as `npm run image` starts it. */
async function image(args: readonly string[], path = process.env.PATH ?? ''): Promise<Finished> {
  const script = join(ROOT, 'lambda-image', 'main.ts');
  const program = [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), script, '--model', model, ...args];
  return await finishedRun(program, { ...process.env, PATH: path });
}

async function finishedRun(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return await watched(execFile(process.execPath, args, { cwd: folder, env })).done;
}

const taskRoot = (name: string) => join(folder, name, 'task');

function assembled(ctx: TestContext): void {
  if (missing !== undefined) ctx.skip(missing);
}

describe('the task root', () => {
  it.for(ARCHITECTURES)(
    'for $name holds what it needs, and nothing of another platform',
    async ({ name, node }, ctx) => {
      assembled(ctx);
      const files = await filesBelow(taskRoot(name));
      const packages = new Set(files.flatMap(file => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
      const native = [`@img/sharp-libvips-linux-${node}`, `@img/sharp-linux-${node}`];
      expect([...packages].sort()).toEqual([...native, 'onnxruntime-node']);
      expect(files.filter(file => !file.startsWith('node_modules/'))).toEqual([
        ...['handler/bootstrap.mjs', 'handler/index.mjs', 'handler/shared.mjs'],
        ...['index.mjs', 'model.json', 'model.onnx', 'model.weights'],
      ]);
      expect(files.filter(isNative)).toHaveLength(4);
    },
  );

  it.for(ARCHITECTURES)('for $name asks for no symbol that the base image lacks', async ({ name, node }, ctx) => {
    assembled(ctx);
    const natives = (await filesBelow(taskRoot(name))).filter(isNative);
    const ownLibraries = natives.map(file => basename(file));
    for (const file of natives) {
      const { machine, versions } = neededVersions(await readFile(join(taskRoot(name), file)));
      const libraries = versions.map(({ library }) => library);
      expect(machine, file).toBe(node);
      expect(libraries, file).toContain('libc.so.6');
      const ofOthers = versions.filter(({ library }) => !ownLibraries.includes(library)).map(({ version }) => version);
      expect(ofOthers.filter(isBeyondBaseImage), file).toEqual([]);
    }
  });

  it('would be found to ask for too much', () => {
    const versions = ['GLIBC_2.34', 'GLIBC_2.35', 'GLIBC_2.4', 'GLIBCXX_3.4.30', 'GLIBC_PRIVATE', 'OTHER_1'];
    expect(versions.filter(isBeyondBaseImage)).toEqual(['GLIBC_2.35', 'GLIBCXX_3.4.30', 'GLIBC_PRIVATE', 'OTHER_1']);
  });

  it('is within its budgets, with either model', async ctx => {
    assembled(ctx);
    for (const { name } of ARCHITECTURES) {
      const { taskRoot, model: used } = JSON.parse(await readFile(join(folder, name, 'image.json'), 'utf8'));
      const others = taskRoot.totalBytes - taskRoot.bytes.model;
      expect(used.sha256).toBe(await fileSha256(model));
      // The catalogue's largest of each kind.
      expect(others + 102.6e6).toBeLessThan(budgetMb('float32')! * 1e6);
      expect(others + 26.1e6).toBeLessThan(budgetMb('int8 (QDQ)')! * 1e6);
    }
  });
});

describe('on the emulator', () => {
  it.for(['our bootstrap', "AWS's runtime client"])(
    'answers under %s, and nothing of it changes',
    async (client, ctx) => {
      if (HERE === undefined || process.platform !== 'linux') return ctx.skip('the task root is for Linux');
      assembled(ctx);
      const ric = client === 'our bootstrap' ? { program: 'handler/bootstrap.mjs' } : await installRic();
      if ('missing' in ric) return ctx.skip(ric.missing);
      const before = await folderDigest(taskRoot(HERE.name));
      const emulator = await startEmulator(
        {
          ...{ functionName: 'fn', memoryMb: 1024, timeoutMs: 60_000, concurrency: 1, idleTimeoutMs: 60_000 },
          ...{ bootstrap: [process.execPath, ric.program, 'index.handler'], taskRoot: taskRoot(HERE.name) },
        },
        new AbortController().signal,
      );
      try {
        const body = JSON.stringify(imageBody(await fixture('odd/baseline.jpg')));
        const answer = await fetch(emulator.functionUrl, { method: 'POST', body });
        expect(answer.status).toBe(200);
        const { predictions, model: named, ...rest } = (await answer.json()) as Record<string, unknown>;
        expect(predictions).toHaveLength(5);
        // The hash is the original's, and said not to be that of the file in use.
        const prepared = expect.stringMatching(/^onnxruntime [\d.]+, basic, weights apart$/);
        expect(named).toEqual({ name: 'small', sha256: await fileSha256(model), prepared });
        expect(await fileSha256(join(taskRoot(HERE.name), 'model.onnx'))).not.toBe(await fileSha256(model));
        const parts = ['runtime_', 'imports_', 'session_'].map(part => Number(rest[`init_${part}ms`]));
        expect(parts.reduce((sum, part) => sum + part)).toBeCloseTo(Number(rest.init_ms), 1);
      } finally {
        await emulator.stop();
      }
      expect(await folderDigest(taskRoot(HERE.name))).toBe(before);
    },
  );

  it('is run by emulate --task-root', async ctx => {
    assembled(ctx);
    if (HERE === undefined || process.platform !== 'linux') return ctx.skip('the task root is for Linux');
    const args = [PROGRAM, 'emulate', '--json', '--task-root', taskRoot(HERE.name)];
    const running = watched(execFile(process.execPath, args, { cwd: folder }));
    try {
      while (!running.stdout().includes('\n')) await new Promise(resolve => setTimeout(resolve, 20));
      const body = JSON.stringify(imageBody(await fixture('odd/baseline.jpg')));
      const answer = await fetch(JSON.parse(running.stdout()).functionUrl, { method: 'POST', body });
      expect(await answer.json()).toMatchObject({ cold_start: true, model: { name: 'small' } });
    } finally {
      running.child.kill('SIGINT');
    }
    expect((await running.done).code).toBe(130);
  });
});

describe('the image', () => {
  /** A folder whose `docker` is this script. */
  async function withDocker(script: string): Promise<string> {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await writeFile(join(bin, 'docker'), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, 'docker'), 0o755);
    return [bin, process.env.PATH].join(delimiter);
  }
  const out = ['--arch', 'arm64', '--node', '24'];

  /** Every value that the command gives is declared after FROM, where labels can have it, and is in one. */
  async function expectLabels(build: string, dockerfile: string): Promise<void> {
    const [, below = ''] = (await readFile(dockerfile, 'utf8')).split(/^FROM .*$/m);
    const declared = [...below.matchAll(/^ARG (\w+)$/gm)].map(([, name]) => name);
    const given = [...build.matchAll(/--build-arg (\w+)=/g)].flatMap(([, name]) => (name === 'NODE_MAJOR' ? [] : name));
    expect(given).toEqual(declared);
    const labels = Object.fromEntries(
      [...below.matchAll(/(resnet-bench\.[\w.-]+)="\$\{(\w+)\}"/g)].map(([, label, name]) => [label, name]),
    );
    expect(labels).toEqual({
      'resnet-bench.model.name': 'MODEL_NAME',
      'resnet-bench.model.sha256': 'MODEL_SHA256',
      'resnet-bench.model.prepared': 'MODEL_PREPARED',
      'resnet-bench.task-root.sha256': 'TASK_ROOT_SHA256',
    });
    expect(Object.values(labels)).toEqual(declared);
  }

  it('is built and pushed by the commands that are shown, of the same bytes each time', async ctx => {
    assembled(ctx);
    const path = await withDocker(`echo "$@" >> ${join(folder, 'calls')}; echo built`);
    const { code, stdout, stderr } = await image(
      [...out, '--out', join(folder, 'built'), '--push', 'a.example/b:c'],
      path,
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('+ docker push a.example/b:c\nbuilt\n'),
    });
    expect(stdout).toContain('image      resnet-bench, pushed to a.example/b:c\n');
    const [info, build, tag, push] = (await readFile(join(folder, 'calls'), 'utf8')).split('\n');
    expect(info).toMatch(/^info/);
    expect(build).toMatch(/^build --platform linux\/arm64 --provenance=false .*--build-arg NODE_MAJOR=24 /);
    expect(build).toContain(`--build-arg MODEL_SHA256=${await fileSha256(model)} `);
    await expectLabels(build!, join(folder, 'built', 'Dockerfile'));
    expect(tag).toBe('tag resnet-bench a.example/b:c');
    expect(push).toBe('push a.example/b:c');

    // Assembled a second time, elsewhere: the same byte for byte.
    const digest = await folderDigest(taskRoot('arm64'));
    expect(stdout).toContain(`sha256:${digest}\n`);
    expect(build).toContain(`TASK_ROOT_SHA256=${digest} `);
    expect(await readdir(join(folder, 'built'))).toEqual(['Dockerfile', 'image.json', 'task']);
    expect(await folderDigest(taskRoot('built'))).toBe(digest);
    await writeFile(join(taskRoot('built'), 'index.mjs'), '');
    expect(await folderDigest(taskRoot('built'))).not.toBe(digest);
  });

  it('is left out, and said so, where there is only a client: only who insists on it is told of a failure', async ctx => {
    assembled(ctx);
    const path = await withDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    // One that was killed has left its mark, and a folder that it had begun.
    await mkdir(join(folder, 'left', 'task.partial-x', 'task'), { recursive: true });
    await writeFile(join(folder, 'left', 'owner-1'), `${2 ** 22 + 1} 1\n`);
    const folderAlone = await image([...out, '--out', join(folder, 'left'), '--no-prepare'], path);
    expect(folderAlone).toMatchObject({ code: 0, stderr: '' });
    expect(folderAlone.stdout).toMatch(/docker: installed, but it cannot build: Cannot connect to the Docker daemon\n/);
    expect(folderAlone.stdout).toMatch(/\n {2}docker build --platform linux\/arm64 .*\/left\n/);
    expect(await readdir(join(folder, 'left'))).toEqual(['Dockerfile', 'image.json', 'task']);
    // And with the model file as it is.
    expect(await fileSha256(join(taskRoot('left'), 'model.onnx'))).toBe(await fileSha256(model));
    const identity = JSON.parse(await readFile(join(taskRoot('left'), 'model.json'), 'utf8'));
    expect(identity).toEqual({ name: 'small', sha256: await fileSha256(model) });
    const insisted = await image([...out, '--out', join(folder, 'left'), '--builder', 'docker'], path);
    expect(complaint({ ...insisted, stdout: '' })).toMatchObject({
      code: 3,
      error: expect.stringContaining('no image was built'),
    });
  });

  it('is made by one process at a time in a folder, which is what its image says', async ctx => {
    assembled(ctx);
    const [marks, shared] = [join(folder, 'marks'), join(folder, 'shared')];
    await mkdir(marks);
    const wait = `while [ ! -e ${marks}/go ] && [ -e ${marks} ]; do sleep 0.1; done`;
    const path = await withDocker(`case $1 in build) echo "$@" > ${marks}/built; ${wait};; esac; echo docker`);
    const first = image([...out, '--out', shared, '--builder', 'docker'], path);
    await until('the first to build', () => existsSync(join(marks, 'built')));
    const second = complaint(await image([...out, '--out', shared, '--builder', 'none', '--no-prepare']));
    await writeFile(join(marks, 'go'), '');
    expect(second).toMatchObject({
      code: 3,
      error: expect.stringMatching(/\/shared is being written by process \d+$/),
    });
    expect(await first).toMatchObject({ code: 0 });
    const digest = await folderDigest(taskRoot('shared'));
    expect(await readFile(join(marks, 'built'), 'utf8')).toContain(`TASK_ROOT_SHA256=${digest} `);
    expect(JSON.parse(await readFile(join(shared, 'image.json'), 'utf8')).taskRoot.sha256).toBe(digest);
    expect(await readdir(shared)).toEqual(['Dockerfile', 'image.json', 'task']);
  });

  it.each([
    ['a Dockerfile', 'Dockerfile', 'FROM scratch\n'],
    ['a task folder', 'task/index.mjs', 'theirs'],
  ])('is not made where another has %s', async (what, file, text) => {
    const theirs = await mkdtemp(join(folder, 'theirs-'));
    await mkdir(join(theirs, 'task'));
    await writeFile(join(theirs, file), text);
    const before = await filesBelow(theirs);
    expect(complaint(await image([...out, '--out', theirs, '--builder', 'none']))).toMatchObject({
      code: 2,
      error: `${theirs} holds ${what} that is not of this program`,
      hint: '--out names another folder',
    });
    expect(await filesBelow(theirs)).toEqual(before);
    expect(await readFile(join(theirs, file), 'utf8')).toBe(text);
  });

  it('is of no other processor', async () => {
    expect(complaint(await image(['--arch', 'ppc64']))).toMatchObject({ code: 2, hint: 'npm run image -- --help' });
  });
});

const isNative = (file: string) => /\.node$|\.so(\.|$)/.test(file);

function isBeyondBaseImage(version: string): boolean {
  const [, library = '', number] = /^(GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)$/.exec(version) ?? [];
  // Of other libraries nothing is known here: better a failure than a guess.
  if (number === undefined) return true;
  return number.localeCompare(BASE_IMAGE[library]!, 'en', { numeric: true }) > 0;
}
