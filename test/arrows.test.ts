/** The house stands as section 4 of the design says: which room may import which, and where the outside world comes in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/** Rooms that a room may import beside itself. A room that is not here may not exist. */
const ARROWS: Record<string, readonly string[]> = {
  core: [],
  stats: ['core'],
  classifier: ['core'],
  models: ['core'],
  scenarios: ['core'],
  aws: ['core'],
  emulator: ['core'],
  runners: ['core', 'classifier', 'aws'],
  handler: ['core', 'classifier'],
  // It looks at everything once, and nothing but the program looks at it.
  doctor: ['core', 'classifier', 'models', 'aws', 'runners', 'runs', 'emulator'],
  reports: ['core', 'stats'],
  // Headers of pictures and versions for the record come from the classifier.
  // The emulator is started as a process; emulated-lambda.ts is its parent.
  runs: ['core', 'stats', 'classifier', 'models', 'scenarios', 'runners', 'emulator'],
  cli: ['core', 'stats', 'classifier', 'models', 'scenarios', 'runners', 'runs', 'reports', 'doctor', 'web'],
  web: ['core', 'stats', 'classifier', 'models', 'scenarios', 'runners', 'runs', 'reports'],
  // index.ts, the program as a library.
  '.': ['core', 'stats', 'scenarios', 'runners', 'runs', 'reports'],
};

/** The only files that may import a package that touches the outside world. */
const DOORS: Record<string, readonly string[]> = {
  'onnxruntime-node': ['classifier/prepare-model.ts', 'classifier/session.ts'],
  sharp: ['classifier/decode.ts'],
  undici: ['models/download.ts', 'runners/http-connection.ts'],
  '@aws-sdk/client-cloudformation': ['aws/stacks-client.ts'],
  '@aws-sdk/client-sts': ['aws/identity-client.ts'],
  '@smithy/core': ['aws/credential-sources.ts'],
  'fast-xml-builder': ['emulator/query-protocol.ts'],
  '@aws-sdk/client-cloudwatch-logs': ['aws/logs-client.ts'],
  '@aws-sdk/client-cloudwatch': ['aws/metrics-client.ts'],
  '@aws-sdk/client-lambda': ['aws/lambda-client.ts'],
  '@aws-sdk/client-xray': ['aws/xray-client.ts'],
  '@smithy/signature-v4': ['aws/lambda-client.ts'],
  ora: ['cli/spinner.ts'],
  fastify: ['emulator/server.ts', 'web/server.ts'],
  'cli-table3': ['reports/layout.ts'],
  'csv-stringify': ['reports/csv.ts'],
  '@observablehq/plot': ['reports/html/chart.ts'],
  linkedom: ['reports/html/page.ts'],
  'markdown-table': ['reports/markdown.ts'],
  commander: [
    'cli/aws-definitions.ts',
    'cli/command-context.ts',
    'cli/definitions.ts',
    'cli/k6-definitions.ts',
    'cli/measuring-definitions.ts',
    'cli/option.ts',
    'cli/program.ts',
    'cli/serve-definition.ts',
  ],
};

interface Source {
  /** Relative to src, with slashes. */
  readonly file: string;
  readonly imports: readonly string[];
}

/** Static and dynamic imports and re-exports, of types as well. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found = code.matchAll(/(?:\bfrom\s*|(?<![-\w'"])import\s*\(?\s*)(['"])([^'"]+)\1/g);
  return [...found].map(([, , specifier = '']) => specifier);
}

const roomOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '.');

/** `@scope/name` or `name` of a bare specifier. */
const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

/** What is wrong, a line each; `exists` says whether a file of src is there. */
function wrongArrows(sources: readonly Source[], exists: (file: string) => boolean): string[] {
  const dependencies = Object.keys(
    JSON.parse(readFileSync(join(SRC, '..', 'package.json'), 'utf8')).dependencies as Record<string, string>,
  );
  return sources.flatMap(({ file, imports }) =>
    imports.flatMap(specifier => {
      const wrong = wrongArrow(file, specifier, exists, dependencies);
      return wrong === undefined ? [] : [`${file} imports ${specifier}: ${wrong}`];
    }),
  );
}

function wrongArrow(
  file: string,
  specifier: string,
  exists: (file: string) => boolean,
  dependencies: readonly string[],
): string | undefined {
  const room = roomOf(file);
  const allowed = ARROWS[room];
  if (allowed === undefined) return `there is no room ${room} in the design`;
  if (specifier.startsWith('.')) {
    const target = relative(SRC, resolve(SRC, dirname(file), specifier))
      .split(sep)
      .join('/');
    if (target.startsWith('../')) return 'it lies outside src';
    if (!exists(target)) return 'there is no such file';
    const other = roomOf(target);
    return other === room || allowed.includes(other) ? undefined : `${room} may not import ${other}`;
  }
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return 'it is written without node:';
    return room === 'core' || room === 'stats' ? `${room} imports nothing of Node` : undefined;
  }
  const name = packageOf(specifier);
  if (!dependencies.includes(name)) return `${name} is no dependency`;
  const doors = DOORS[name];
  return doors === undefined || doors.includes(file) ? undefined : `only ${doors.join(', ')} may`;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map(file => file.split(sep).join('/'))
  .filter(file => file.endsWith('.ts'));
const sources = files.map(file => ({ file, imports: importsOf(readFileSync(join(SRC, file), 'utf8')) }));
const exists = (file: string) => existsSync(join(SRC, file));

describe('the arrows of src', () => {
  it('are those of the design', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(wrongArrows(sources, exists)).toEqual([]);
  });

  it.each(Object.entries(DOORS))('%s is imported in %j', (name, doors) => {
    const importers = sources.filter(({ imports }) => imports.some(specifier => packageOf(specifier) === name));
    expect(importers.map(({ file }) => file).sort()).toEqual(doors);
  });

  it('lead to every room from the program, and in no circle', () => {
    const rooms = new Set(files.map(roomOf));
    const ways = (room: string, path: readonly string[]): string[] =>
      path.includes(room)
        ? [[...path, room].join(' -> ')]
        : [...rooms].filter(other => ARROWS[room]?.includes(other)).flatMap(other => ways(other, [...path, room]));
    expect([...rooms].flatMap(room => ways(room, []))).toEqual([]);
  });
});

describe('the check', () => {
  const check = (file: string, text: string) => wrongArrows([{ file, imports: importsOf(text) }], exists);

  it.each([
    ['core/x.ts', "import { readFileSync } from 'node:fs';", 'core imports nothing of Node'],
    ['core/x.ts', "import type { Reporter } from '../reports/index.ts';", 'core may not import reports'],
    ['core/x.ts', "import { join } from 'path';", 'written without node:'],
    ['reports/x.ts', "export { execute } from '../runs/execute.ts';", 'reports may not import runs'],
    ['reports/x.ts', "import '../runners/local.ts';", 'reports may not import runners'],
    ['reports/x.ts', "const { closedLoop } = await import('../scenarios/closed-loop.ts');", 'may not import scenarios'],
    ['runners/x.ts', "import {\n  issue,\n} from '../scenarios/issue.ts';", 'runners may not import scenarios'],
    ['scenarios/x.ts', 'import { NullRunner } from "../runners/null.ts";', 'scenarios may not import runners'],
    ['stats/x.ts', "export * from '../classifier/classify.ts';", 'stats may not import classifier'],
    ['classifier/x.ts', "import('../models/resolve.ts')", 'classifier may not import models'],
    ['emulator/x.ts', "import { LocalRunner } from '../runners/local.ts';", 'emulator may not import runners'],
    ['runs/x.ts', "import { renderTable } from '../reports/table.ts';", 'runs may not import reports'],
    ['runners/x.ts', "import sharp from 'sharp';", 'only classifier/decode.ts may'],
    ['reports/x.ts', "import { stringify } from 'csv-stringify/sync';", 'only reports/csv.ts may'],
    [
      'models/x.ts',
      "import type { Dispatcher } from 'undici';",
      'only models/download.ts, runners/http-connection.ts may',
    ],
    ['cli/x.ts', "import lodash from 'lodash/fp';", 'lodash is no dependency'],
    ['cli/x.ts', "import x from '@scope/name/deep';", '@scope/name is no dependency'],
    ['cli/x.ts', "import { main } from './mian.ts';", 'there is no such file'],
    ['cli/x.ts', "import { main } from './main.js';", 'there is no such file'],
    ['cli/commands/x.ts', "import x from '../../../test/x.ts';", 'outside src'],
    ['attic/x.ts', "import '../core/errors.ts';", 'no room attic'],
  ])('finds in %s: %s', (file, text, wrong) => {
    expect(check(file, text)).toEqual([expect.stringContaining(wrong)]);
  });

  it('lets right ones pass, and comments', () => {
    const text = `
      import { join } from 'node:path';
      import { z } from 'zod';
      import { SetupError } from '../core/errors.ts';
      // import sharp from 'sharp';
      /* import '../cli/main.ts'; */
      import { issue } from './issue.ts';`;
    expect(check('scenarios/x.ts', text)).toEqual([]);
  });
});
