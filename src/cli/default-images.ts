/** The pictures of a run that names none: drawn by the project itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function defaultImages(): string[] {
  const folder = fileURLToPath(new URL('../../fixtures/images/', import.meta.url));
  return readdirSync(folder)
    .sort()
    .map(name => join(folder, name));
}
