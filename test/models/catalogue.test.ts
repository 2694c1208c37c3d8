/** The catalogue's facts, and the places where its models lie. */
import { readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { nearest } from '../../src/core/nearest.ts';
import { catalogue, catalogueEntry, DEFAULT_MODEL, findInCatalogue } from '../../src/models/catalogue.ts';
import { cacheFolder, modelsFolder } from '../../src/models/storage.ts';

describe('the catalogue', () => {
  it('has the default model, pinned', () => {
    expect(catalogueEntry(DEFAULT_MODEL)).toMatchObject({
      name: 'resnet50-v1-12',
      file: 'resnet50-v1-12.onnx',
      precision: 'float32',
      sha256: '3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526',
    });
  });

  it('has no name and no file twice', () => {
    for (const key of ['name', 'file', 'sha256'] as const) {
      const values = catalogue().map(entry => entry[key]);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it('asks Hugging Face before GitHub', () => {
    for (const { urls } of catalogue()) {
      expect(new URL(urls[0] ?? '').host).toBe('huggingface.co');
      expect(urls.slice(0, -1).join()).not.toContain('github.com');
    }
  });

  it('leaves out what is not known', () => {
    expect(findInCatalogue('resnet50-v1-12')).not.toHaveProperty('bytes');
    expect(findInCatalogue('kalray-resnet50-v1.5')).not.toHaveProperty('licence');
  });

  it('knows no other name, but what was meant by one', () => {
    expect(findInCatalogue('resnet50-v1-13')).toBeUndefined();
    const failure = expect.objectContaining({
      message: 'no model is called resnet50-v1-12-int9',
      hint: 'did you mean resnet50-v1-12-int8?',
    });
    expect(() => catalogueEntry('resnet50-v1-12-int9')).toThrow(failure);
    expect(() => catalogueEntry('vgg')).toThrow(expect.objectContaining({ hint: 'resnet-bench model list' }));
    expect(() => catalogueEntry('')).toThrow(UsageError);
  });
});

it('nearest allows for a third of the word', () => {
  const words = ['warm', 'cold', 'soak'];
  expect(nearest('clod', words)).toBe('cold');
  expect(nearest('sok', words)).toBe('soak');
  expect(nearest('sweep', words)).toBeUndefined();
  expect(nearest('cold', [])).toBeUndefined();
});

describe('models lie', () => {
  const installed = pathToFileURL(`${tmpdir()}/no-checkout/`);

  it('in the models folder of a checkout', () => {
    expect(readdirSync(modelsFolder({}))).toContain('catalogue.json');
  });

  it('in the cache folder when installed', () => {
    expect(modelsFolder({}, installed)).toBe(join(cacheFolder({}, process.platform), 'resnet-bench', 'models'));
  });

  it('where RESNET_BENCH_MODELS_DIR says', () => {
    for (const root of [undefined, installed])
      expect(modelsFolder({ RESNET_BENCH_MODELS_DIR: 'here' }, root)).toBe(join(process.cwd(), 'here'));
  });

  it.each([
    { platform: 'linux', env: {}, folder: join(homedir(), '.cache') },
    { platform: 'linux', env: { XDG_CACHE_HOME: '/caches' }, folder: '/caches' },
    { platform: 'linux', env: { XDG_CACHE_HOME: 'relative' }, folder: join(homedir(), '.cache') },
    { platform: 'darwin', env: { XDG_CACHE_HOME: '/caches' }, folder: join(homedir(), 'Library', 'Caches') },
    { platform: 'win32', env: { LOCALAPPDATA: 'C:\\Local' }, folder: 'C:\\Local' },
    { platform: 'win32', env: {}, folder: join(homedir(), 'AppData', 'Local') },
  ] as const)('on $platform with $env under $folder', ({ platform, env, folder }) => {
    expect(cacheFolder(env, platform)).toBe(folder);
  });
});
