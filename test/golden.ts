/** Golden files: what an output was when somebody last looked at it. `UPDATE_GOLDEN=1` writes them anew, for `git diff` to show. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

export const UPDATE_GOLDEN = process.env.UPDATE_GOLDEN === '1';

export function expectGolden(file: URL, text: string): void {
  if (UPDATE_GOLDEN) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}
