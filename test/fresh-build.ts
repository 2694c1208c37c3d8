/** Before all tests: most of them run what was built, which must be what the source says. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

export default function freshBuild(): void {
  // What is bundled comes last, of all that was compiled.
  const built = Math.min(newest('dist/cli', /^start\.mjs$/), newest('dist/function', /\.mjs$/));
  if (newest('src', /\.ts$/) > built) throw new Error('dist is older than src: npm run build');
}

/** When the newest file was changed, ms since 1970; 0 where there is none. */
function newest(folder: string, name: RegExp): number {
  try {
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(file =>
      name.test(file),
    );
    return Math.max(0, ...files.map(file => statSync(join(ROOT, folder, file)).mtimeMs));
  } catch {
    return 0;
  }
}
