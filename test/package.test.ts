/** What npm installs and publishes: no install script, no registry's address, and a package that is whole without being large. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const exec = promisify(execFile);
const json = async (file: string) => JSON.parse(await readFile(join(ROOT, file), 'utf8'));

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'resnet-bench-package-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Output of a command in the root of the package, with nothing of the developer's own settings. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: home, npm_config_cache: join(home, 'cache'), npm_config_offline: 'true' };
  return (await exec(command, args, { cwd: ROOT, env, maxBuffer: 2 ** 24 })).stdout;
}

describe("onnxruntime-node's install script", () => {
  it('does not run on old npm: .npmrc', async () => {
    expect(await readFile(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
    expect((await output('npm', ['config', 'get', 'ignore-scripts'])).trim()).toBe('true');
  });

  it('does not run on new npm: package.json', async () => {
    expect((await json('package.json')).allowScripts).toMatchObject({ 'onnxruntime-node': false });
  });

  it('is one of those that package.json denies, and there is no other', async () => {
    const { packages } = await json('package-lock.json');
    const scripted = Object.entries<{ hasInstallScript?: boolean; optional?: boolean }>(packages)
      .filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(scripted).toContain('onnxruntime-node');
    const { allowScripts } = await json('package.json');
    expect(scripted.filter(name => allowScripts[name] !== false)).toEqual([]);
  });

  it('is not needed: start and test build by themselves, without pre-scripts', async () => {
    const { scripts } = await json('package.json');
    expect(Object.keys(scripts).filter(name => /^(pre|post)|^(install|prepare)$/.test(name))).toEqual([]);
    for (const name of ['start', 'test']) expect(scripts[name]).toContain('npm run');
    for (const name of ['start', 'test']) expect(scripts[name]).toContain('build');
  });
});

describe('package-lock.json', () => {
  it('names no registry', async () => {
    const text = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text);
    const resolved = Object.values<{ resolved?: string }>(packages).filter(entry => entry.resolved !== undefined);
    expect(resolved).toEqual([]);
    // Addresses for donations are all that is left.
    const withoutFunding = JSON.stringify(packages, (key, value) => (key === 'funding' ? undefined : value));
    expect(withoutFunding.match(/https?:\/\/[^"]*/g)).toBeNull();
  });

  it('is that of package.json', async () => {
    const { name, version, dependencies, devDependencies, engines, bin } = await json('package.json');
    const { '': root } = (await json('package-lock.json')).packages;
    expect(root).toMatchObject({ name, version, dependencies, devDependencies, engines, bin });
  });
});

describe('the package', () => {
  let files: string[];
  let bytes: number;
  beforeAll(async () => {
    const [packed] = JSON.parse(await output('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
    files = packed.files.map(({ path }: { path: string }) => path);
    bytes = packed.unpackedSize;
  });

  it('holds the program and all that it reads', async () => {
    const { bin } = await json('package.json');
    expect(files).toEqual(
      expect.arrayContaining([
        ...Object.values<string>(bin),
        'package.json',
        'README.md',
        'models/catalogue.json',
        'docs/record.schema.json',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/main.js',
        'dist/cli/start.mjs',
        'dist/classifier/resize-wasm.js',
        'fixtures/images/balloon.jpg',
        'fixtures/images/daisy.png',
        'fixtures/images/oranges.jpg',
        'fixtures/images/seashore.jpg',
        'fixtures/images/volcano.jpg',
      ]),
    );
  });

  it('holds no tests, models, reports or sources, and is small', () => {
    const unwanted =
      /^(test|bench|src|reports|node_modules|\.ci)\/|(^|\/)shared\/|\.onnx|\.part$|\.partial$|\.test\.|tsconfig|\.npmrc/;
    expect(files.filter(file => unwanted.test(file))).toEqual([]);
    expect(files.filter(file => file.startsWith('models/'))).toEqual(['models/catalogue.json']);
    expect(bytes).toBeLessThan(3_000_000);
  });

  it('is what npm would publish without a complaint but that nobody is logged in', async () => {
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      npm_config_cache: join(home, 'cache'),
      npm_config_offline: 'true',
    };
    const { stderr } = await exec('npm', ['publish', '--dry-run', '--ignore-scripts'], { cwd: ROOT, env });
    const complaints = stderr.split('\n').filter(line => /^npm (warn|error)/i.test(line));
    expect(complaints.filter(line => !line.includes('requires you to be logged in'))).toEqual([]);
  });

  it('holds no build of a source that is gone', async () => {
    const built = files.filter(file => file.startsWith('dist/') && file.endsWith('.js'));
    for (const file of built) {
      const source = file.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts');
      await expect(readFile(join(ROOT, source)), source).resolves.toBeDefined();
    }
  });

  it('has exports that can all be imported', async () => {
    const { exports } = await json('package.json');
    const names = Object.keys(exports).map(path => path.replace('.', 'resnet-bench'));
    const script = `
      const found = {};
      for (const name of ${JSON.stringify(names)}) {
        const module = name.endsWith('.json') ? await import(name, { with: { type: 'json' } }) : await import(name);
        found[name] = Object.keys(module.default ?? module);
      }
      console.log(JSON.stringify(found));`;
    const args = ['--no-warnings', '--input-type=module', '--eval', script];
    const found = JSON.parse(await output(process.execPath, args));
    expect(found).toMatchObject({
      'resnet-bench': expect.arrayContaining(['execute', 'loadImages', 'readRecord', 'findRecord', 'UsageError']),
      'resnet-bench/runners': expect.arrayContaining(['LocalRunner', 'NullRunner']),
      'resnet-bench/scenarios': expect.arrayContaining(['closedLoop']),
      'resnet-bench/stats': expect.arrayContaining(['summarize', 'percentile']),
      'resnet-bench/record': expect.arrayContaining(['runRecordSchema', 'SCHEMA_VERSION']),
      'resnet-bench/record.schema.json': expect.arrayContaining(['$schema', 'properties']),
      'resnet-bench/package.json': expect.arrayContaining(['version']),
    });
    for (const [path, target] of Object.entries<string | { types: string; default: string }>(exports)) {
      const targets = typeof target === 'string' ? [target] : [target.types, target.default];
      for (const file of targets) expect(files, path).toContain(file.replace('./', ''));
    }
  });
});
