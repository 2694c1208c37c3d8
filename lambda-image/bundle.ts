/**
 * `npm run build`, second half: the handler and our runtime loop with all the JavaScript they need, in three files of
 * dist/function. Reading some 130 small files is what took most of loading the code. Native libraries stay outside.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, context, type OutputFile, type Plugin } from 'esbuild';
import { ESM_FOR_NODE } from '../bin/esm-for-node.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = 'dist/function';

/** Lines of the libraries that look for a native part beside themselves; in a bundle that is another place. */
const LINES_ABOUT_PLACES = [
  {
    file: /onnxruntime-node[\\/]dist[\\/]binding\.js$/,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands so in that file
    line: 'require(`../bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`)',
    instead:
      "require('onnxruntime-node/bin/napi-v6/' + process.platform + '/' + process.arch + '/onnxruntime_binding.node')",
  },
  {
    file: /sharp[\\/]dist[\\/]sharp\.mjs$/,
    line: 'const require = createRequire(import.meta.url);',
    // Where packages are not hoisted, only sharp itself finds its native part; in an image there is no sharp but that part.
    instead: `let require = createRequire(import.meta.url);
try { require = createRequire(require.resolve('sharp')); } catch {}`,
  },
];

const nativeParts: Plugin = {
  name: 'native-parts',
  setup({ onLoad }) {
    for (const { file, line, instead } of LINES_ABOUT_PLACES) {
      onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (text.split(line).length !== 2) throw new Error(`${path} does not load its native part as it did: ${line}`);
        return { contents: text.replace(line, () => instead) };
      });
    }
  },
};

const options: BuildOptions = {
  ...ESM_FOR_NODE,
  absWorkingDir: ROOT,
  entryPoints: ['src/handler/index.ts', 'src/handler/bootstrap.ts'],
  outdir: FOLDER,
  outExtension: { '.js': '.mjs' },
  // What both need is one file, so that the first line of either is the first of our code.
  splitting: true,
  // A name without a hash: a second shared file would be an error here and not a leftover there.
  chunkNames: 'shared',
  external: ['onnxruntime-node/bin/*', '@img/sharp-*'],
  plugins: [nativeParts],
};

/** Each file is replaced as a whole, and the folder is never empty: another build, an image or an emulator may be reading it. */
function replaceFiles(folder: string, files: readonly OutputFile[]): void {
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(`${folder}.partial-`);
  try {
    for (const { path, contents } of files) {
      writeFileSync(join(draft, basename(path)), contents);
      renameSync(join(draft, basename(path)), path);
    }
    const names = files.map(({ path }) => basename(path));
    for (const name of readdirSync(folder))
      if (!names.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

if (process.argv.includes('--watch')) await (await context(options)).watch();
else replaceFiles(join(ROOT, FOLDER), (await build({ ...options, write: false })).outputFiles);
