/** Which model a run gets, with real files and a mirror on this machine. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SetupError, UsageError } from '../../src/core/errors.ts';
import { type CatalogueEntry, catalogueEntry } from '../../src/models/catalogue.ts';
import { UnreachableError } from '../../src/models/download.ts';
import { type PulledModel, pullModel } from '../../src/models/pull.ts';
import { downloadEntry, type ModelEvent, type ResolvedModel, resolveModel } from '../../src/models/resolve.ts';
import { checkModelSha256, inspectVerified } from '../../src/models/verify.ts';
import { answer, type Mirror, sendOnly, serve, startMirror, withoutProxies } from './mirror.ts';

const DEFAULT = catalogueEntry('resnet50-v1-12');
const INT8 = catalogueEntry('resnet50-v1-12-int8');

let home: string;
let models: string;
let events: ModelEvent[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'resolve-test-'));
  models = join(home, 'models');
  await mkdir(models);
  events = [];
  withoutProxies();
  // Nobody listens there: whatever a test forgets to serve, it does not reach the network.
  vi.stubEnv('RESNET_BENCH_MIRROR', 'http://127.0.0.1:1');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

function options(signal = new AbortController().signal) {
  return { signal, modelsDir: models, onEvent: (event: ModelEvent) => void events.push(event) };
}

function resolve(choice?: string): Promise<ResolvedModel> {
  return resolveModel(choice, options());
}

function pull(name?: string, force?: boolean): Promise<PulledModel> {
  return pullModel(name, { ...options(), ...(force === undefined ? {} : { force }) });
}

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(models, name), name);
}

/** A mirror that RESNET_BENCH_MIRROR names, and that answers for every file. */
async function useMirror(handler: RequestListener): Promise<Mirror> {
  const mirror = await startMirror(handler);
  vi.stubEnv('RESNET_BENCH_MIRROR', `${new URL(mirror.url).origin}/team/models/?token=secret`);
  return mirror;
}

describe('a path', () => {
  it.each(['mine.onnx', 'mine.ort', 'folder/mine', 'MINE.ONNX'])('%s is taken as it is', async name => {
    const path = join(home, name);
    await mkdir(join(home, 'folder'));
    await writeFile(path, '');
    expect(await resolve(path)).toEqual({ file: path, name: expect.stringMatching(/^mine$/i), origin: 'path' });
  });

  it('without separator and ending is one when there is such a file', async () => {
    // Tests run in the root of the package.
    expect(await resolve('package.json')).toMatchObject({ file: 'package.json', origin: 'path' });
  });

  it('to nothing says so, and what was meant', async () => {
    await put('resnet50-mine.onnx');
    await expect(resolve(join(models, 'resnet50-mien.onnx'))).rejects.toMatchObject({
      name: 'UsageError',
      message: `no such file: ${models}/resnet50-mien.onnx`,
      hint: `did you mean ${models}/resnet50-mine.onnx?`,
    });
    await expect(resolve(`${home}/none/resnet50-v1-12.onnx`)).rejects.toMatchObject({
      hint: 'did you mean resnet50-v1-12?',
    });
    await expect(resolve('./x.onnx')).rejects.toMatchObject({ hint: 'resnet-bench model list' });
  });

  it('to a folder is refused', async () => {
    await expect(resolve(models)).rejects.toMatchObject({ name: 'UsageError', message: `${models} is not a file` });
  });
});

describe('a name', () => {
  it('of the catalogue means the file in the models folder', async () => {
    await put(INT8.file, DEFAULT.file);
    expect(await resolve('resnet50-v1-12-int8')).toEqual({
      file: join(models, INT8.file),
      name: 'resnet50-v1-12-int8',
      origin: 'models folder',
      expectedSha256: INT8.sha256,
    });
  });

  it('of the catalogue is never replaced by another model', async () => {
    await put(DEFAULT.file);
    await expect(resolve('resnet50-v1-12-int8')).rejects.toBeInstanceOf(UnreachableError);
    expect(await readdir(models)).toEqual([DEFAULT.file]);
  });

  it('that nothing has is a usage error with what was meant', async () => {
    await expect(resolve('resnet50-v1-21')).rejects.toMatchObject({
      name: 'UsageError',
      message: 'no model is called resnet50-v1-21',
      hint: 'did you mean resnet50-v1-12?',
    });
    await expect(resolve('')).rejects.toBeInstanceOf(UsageError);
  });

  it.each(['synthetic', 'resnet50-synthetic'])('%s means the synthetic model, even beside others', async choice => {
    await put(DEFAULT.file, 'resnet50-synthetic.onnx');
    const file = join(models, 'resnet50-synthetic.onnx');
    expect(await resolve(choice)).toEqual({ file, name: 'resnet50-synthetic', origin: 'synthetic' });
  });
});

describe('without a choice', () => {
  it.each([
    { there: [DEFAULT.file, INT8.file, 'a.onnx'], taken: DEFAULT.file, origin: 'models folder' },
    { there: ['a.onnx', INT8.file, 'resnet50-synthetic.onnx'], taken: INT8.file, origin: 'models folder' },
    { there: ['b.onnx', 'a.onnx', 'z.ort', '0.onnx.part'], taken: 'a.onnx', origin: 'models folder' },
    { there: ['resnet50-synthetic.onnx', 'z.onnx'], taken: 'z.onnx', origin: 'models folder' },
    { there: ['resnet50-synthetic.onnx', 'README.md'], taken: 'resnet50-synthetic.onnx', origin: 'synthetic' },
  ])('takes $taken of $there', async ({ there, taken, origin }) => {
    await put(...there);
    expect(await resolve()).toMatchObject({ file: join(models, taken), name: taken.replace('.onnx', ''), origin });
    expect(events).toEqual([]);
  });

  it('takes a model that is a link, but no folder', async () => {
    await mkdir(join(models, 'a.onnx'));
    await writeFile(join(home, 'elsewhere.onnx'), '');
    await symlink(join(home, 'elsewhere.onnx'), join(models, 'b.onnx'));
    expect(await resolve()).toMatchObject({ name: 'b', origin: 'models folder' });
  });

  it('writes the synthetic model when the network is missing, once', async () => {
    await rm(models, { recursive: true });
    const mirror = await useMirror(answer(503));
    const file = join(models, 'resnet50-synthetic.onnx');
    expect(await resolve()).toEqual({ file, name: 'resnet50-synthetic', origin: 'synthetic' });
    expect(events).toEqual([
      { kind: 'no-network', reason: expect.stringMatching(/resnet50-v1-12.onnx: answered 503$/) },
    ]);
    expect(await readdir(models)).toEqual(['resnet50-synthetic.onnx']);
    expect(await inspectVerified({ file, name: 'resnet50-synthetic' })).toMatchObject({ weights: 'synthetic' });

    // A run must not change its model by itself.
    expect(await resolve()).toMatchObject({ origin: 'synthetic' });
    expect(mirror.requests).toHaveLength(1);
  });

  it('does not hide a wrong file behind the synthetic model', async () => {
    await useMirror(serve(randomBytes(1_000)));
    const error = await resolve().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SetupError);
    expect(error).not.toBeInstanceOf(UnreachableError);
    expect(await readdir(models)).toEqual([]);
  });

  it('does not hide a folder that cannot be used', async () => {
    models = join(home, 'taken');
    await writeFile(models, '');
    await expect(resolve()).rejects.toThrow('cannot read the models folder');
    models = join(home, 'taken', 'models');
    await expect(resolve()).rejects.toThrow('cannot write');
    expect(events).toEqual([]);
  });

  it('ends when it is aborted, and writes no synthetic model', async () => {
    const abort = new AbortController();
    await useMirror(() => abort.abort(new Error('SIGINT')));
    await expect(resolveModel(undefined, options(abort.signal))).rejects.toThrow('SIGINT');
    expect(await readdir(models)).toEqual([]);
  });
});

describe('a download', () => {
  const content = randomBytes(10_000);
  const entry: CatalogueEntry = {
    name: 'small',
    file: 'small.onnx',
    precision: 'float32',
    urls: ['https://127.0.0.1:1/small.onnx'],
    sha256: createHash('sha256').update(content).digest('hex'),
  };

  it('comes from RESNET_BENCH_MIRROR alone, with its query, and tells its progress', async () => {
    const mirror = await useMirror(serve(content));
    const file = join(models, 'small.onnx');
    const expected = { file, name: 'small', origin: 'download', expectedSha256: entry.sha256 };
    expect(await downloadEntry(entry, models, options())).toEqual(expected);
    expect(content.equals(await readFile(file))).toBe(true);
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/team/models/small.onnx?token=secret']);
    expect(events.at(-1)).toEqual({ kind: 'download', name: 'small', receivedBytes: 10_000, totalBytes: 10_000 });
  });

  it.each(['files.example.com', 'ftp://127.0.0.1/', '/srv/models', 'http://'])(
    'refuses the mirror %s',
    async mirror => {
      vi.stubEnv('RESNET_BENCH_MIRROR', mirror);
      await expect(resolve()).rejects.toBeInstanceOf(UsageError);
      expect(await readdir(models)).toEqual([]);
    },
  );
});

describe('the checksum', () => {
  const model = { file: '/models/resnet50-v1-12.onnx', name: 'resnet50-v1-12', expectedSha256: DEFAULT.sha256 };
  const refusal = {
    name: 'SetupError',
    message: "resnet50-v1-12.onnx does not have the catalogue's SHA-256",
    hint: 'resnet-bench model pull resnet50-v1-12 --force',
  };

  it('is held to the catalogue, if the model is of the catalogue', () => {
    checkModelSha256(model, DEFAULT.sha256);
    checkModelSha256({ file: model.file, name: model.name }, INT8.sha256);
    expect(() => checkModelSha256(model, INT8.sha256)).toThrow(expect.objectContaining(refusal));
  });

  it('is what a damaged model of the catalogue fails by, not its format', async () => {
    await put(DEFAULT.file);
    await expect(inspectVerified(await resolve())).rejects.toMatchObject(refusal);
  });
});

describe('model pull', () => {
  it('refuses a wrong file that is there, and replaces it when forced', async () => {
    await put(DEFAULT.file);
    await expect(pull()).rejects.toMatchObject({ hint: 'resnet-bench model pull resnet50-v1-12 --force' });
    const mirror = await useMirror(sendOnly(randomBytes(1_000), 500, 'cut'));
    await expect(pull(undefined, true)).rejects.toBeInstanceOf(UnreachableError);
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/team/models/resnet50-v1-12.onnx?token=secret']);
    expect(await readFile(join(models, DEFAULT.file), 'utf8')).toBe(DEFAULT.file);
  });

  it('never writes a synthetic model', async () => {
    await expect(pull()).rejects.toBeInstanceOf(UnreachableError);
    await expect(pull('synthetic')).rejects.toMatchObject({ name: 'UsageError', hint: 'resnet-bench model make' });
    expect(await readdir(models)).toEqual([]);
  });

  it('knows the names of the catalogue only', async () => {
    await expect(pull('resnet50-v1-12-qbq')).rejects.toMatchObject({ hint: 'did you mean resnet50-v1-12-qdq?' });
  });
});
