/** What is loaded before it is known which command is meant: `--help` must not wait for libraries that it has no use for. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/** Of a built file, without those that are loaded when they are needed. */
function staticImports(file: string): string[] {
  const statements = /^(?:import\s*|(?:import|export)\s+[\w*{}\s,$]+?\s*from\s*)(['"])([^'"]+)\1/gm;
  const found = readFileSync(file, 'utf8').matchAll(statements);
  return [...found].map(([, , specifier = '']) => specifier);
}

it('the command line itself loads commander and nothing else from other packages', () => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const specifier of staticImports(file)) {
      if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier));
      else if (!specifier.startsWith('node:')) packages.add(specifier);
    }
  };
  visit(join(DIST, 'cli', 'main.js'));
  expect(files.size).toBeGreaterThan(10);
  expect([...packages]).toEqual(['commander']);
});

it('a module that reads a record is seen to load more', () => {
  expect(staticImports(join(DIST, 'core', 'record.js'))).toContain('zod');
});
