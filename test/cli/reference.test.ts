/** docs/reference.md is what the code says. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/core/errors.ts';
import { REFERENCE, referenceText } from './reference.ts';

const written = readFileSync(REFERENCE, 'utf8');

it('is up to date: npm run reference writes it anew', () => {
  expect(written).toBe(`${referenceText()}\n`);
});

it('has every command, exit code and part of the record', () => {
  for (const command of ['local', 'lambda', 'load', 'model pull', 'export k6', 'import'])
    expect(written).toContain(`\n### ${command}\n`);
  for (const code of Object.values(EXIT)) expect(written).toContain(`\n| ${code} | `);
  for (const field of [
    'schemaVersion',
    'run.status',
    'targets[].samples[].timings.initMs',
    'targets[].summary.cold.*.ci95.p50',
  ])
    expect(written).toContain(`\n| \`${field}\` | `);
  expect(written).not.toMatch(/undefined|\[object/);
});
