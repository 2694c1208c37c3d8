/** How a program of ours is started: built by Node alone, from the source by way of tsx, as in tests. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Program and arguments. */
export function nodeProgram(file: string): string[] {
  if (!file.endsWith('.ts')) return [process.execPath, file];
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return [process.execPath, '--import', pathToFileURL(tsx).href, file];
}
