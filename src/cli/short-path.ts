import { relative } from 'node:path';

/** A path as short as it can be typed from here. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== '' && near.length < path.length && !near.startsWith('..') ? near : path;
}
