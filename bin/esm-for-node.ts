/** What all that is bundled here has in common: a module for Node, with what it needs for libraries that are CommonJS. */
import type { BuildOptions } from 'esbuild';

export const ESM_FOR_NODE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  logLevel: 'warning',
} as const satisfies BuildOptions;
