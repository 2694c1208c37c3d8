/** What is written about the project: no link to nowhere, nothing left to be filled in. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'bench/README.md',
  'docs/architecture.md',
  'docs/aws.md',
  'docs/reading-the-report.md',
  'docs/statistics.md',
  'models/README.md',
  'reports/README.md',
];

it.each(PAGES)('%s links to what there is', page => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.filter(link => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

it.each(PAGES)('%s is finished', page => {
  expect(readFileSync(join(ROOT, page), 'utf8')).not.toMatch(/@@|TODO|FIXME|XXX/);
});
