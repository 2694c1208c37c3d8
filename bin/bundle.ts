/**
 * `npm run build`, last part: what the command line needs to know which command is meant, in one file, since reading forty of them takes
 * longer than Node to start. What a command does is loaded from where it was built, when it runs.
 */
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, context, type Plugin } from 'esbuild';
import { ESM_FOR_NODE } from './esm-for-node.ts';

/** Its classes are known by identity to what is loaded later. */
const SHARED = '../core/errors.js';

const stayOutside: Plugin = {
  name: 'stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) => {
      if (kind === 'dynamic-import') return { path, external: true };
      return path.endsWith('/core/errors.js') || path === './errors.js' ? { path: SHARED, external: true } : undefined;
    });
  },
};

const options: BuildOptions = {
  ...ESM_FOR_NODE,
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: ['dist/cli/main.js'],
  // Beside the file that it is made of, so that what is loaded later is where it says.
  outfile: 'dist/cli/start.mjs',
  plugins: [stayOutside],
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else await build(options);
