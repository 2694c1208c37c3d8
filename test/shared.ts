/** Files of ../shared, which stands beside a developer's checkout and is missing elsewhere: tests that need it are skipped there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

/** The photographs in images/. */
export const PHOTOGRAPHS = [
  'cat.jpg',
  'chelsea.png',
  'coffee.jpg',
  'dog.jpg',
  'espresso.png',
  'pizza.jpg',
  'shuttle.jpg',
] as const;

/** Path of a file in ../shared, whether it is there or not. */
export function sharedPath(name: string): string {
  return fileURLToPath(new URL(`../../shared/${name}`, import.meta.url));
}

const told = new Set<string>();

/** Skips the test, with the reason, when one of the files is missing. */
export function needShared(ctx: TestContext, ...names: string[]): void {
  const missing = names.map(sharedPath).find(path => !existsSync(path));
  if (missing === undefined) return;
  // vitest shows the reason of a skip only when it is asked for every test.
  if (!told.has(missing)) console.warn(`skipped: ${missing} is not there`);
  told.add(missing);
  ctx.skip(`${missing} is not there`);
}
