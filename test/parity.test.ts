/** docs/parity.md names tests as proof: they exist, under these names. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const parity = readFileSync(join(import.meta.dirname, '..', 'docs', 'parity.md'), 'utf8');
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.test.ts'),
);
const proofs = [...parity.matchAll(/`([\w-]+) › ([^`]+)`/g)].map(([, file = '', name = '']) => ({ file, name }));

it('names proofs', () => {
  expect(proofs.length).toBeGreaterThan(40);
  // Every row has its five columns.
  const rows = parity.split('\n').filter(line => line.startsWith('|'));
  expect(rows.filter(row => row.split(/(?<!\\)\|/).length !== 7)).toEqual([]);
});

it.each(proofs)('$file › $name', ({ file, name }) => {
  // The emulator's tests come first where a name stands twice.
  const texts = files
    .filter(path => basename(path) === `${file}.test.ts`)
    .map(path => readFileSync(join(import.meta.dirname, path), 'utf8'));
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.some(text => [`'${name}'`, `"${name}"`].some(quoted => text.includes(quoted)))).toBe(true);
});
