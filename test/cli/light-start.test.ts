/** What is loaded before it is known which command is meant: `--help` must not wait for libraries that it has no use for, nor for many files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/** Of a built file, without those that are loaded when they are needed, and without Node's own. */
function staticImports(file: string): string[] {
  const statements = /(?<=^|;)(?:import\s*|(?:import|export)\s*[\w*{}\s,$]+?\s*from\s*)(['"])([^'"]+)\1/gm;
  const found = [...readFileSync(file, 'utf8').matchAll(statements)].map(([, , specifier = '']) => specifier);
  return found.filter(specifier => !specifier.startsWith('node:'));
}

it('the command line is one file and its errors', () => {
  expect(new Set(staticImports(join(DIST, 'cli', 'start.mjs')))).toEqual(new Set(['../core/errors.js']));
  expect(staticImports(join(DIST, 'core', 'errors.js'))).toEqual([]);
});

it('has no library in it but commander', () => {
  const text = readFileSync(join(DIST, 'cli', 'start.mjs'), 'utf8');
  expect(text).toContain('CommanderError');
  expect(text).not.toMatch(/ZodError|onnxruntime_binding|libvips/);
  expect(text.length).toBeLessThan(150_000);
});

it('a file that reads a record is seen to load more', () => {
  expect(staticImports(join(DIST, 'core', 'record.js'))).toContain('zod');
});
