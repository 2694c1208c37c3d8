/** What is written about the project: no link to nowhere, nothing left to be filled in. */
import { describe, expect, it } from 'vitest';
import { anchorsOf, blocksOf, commandsOf, linksOf, pages, read, wrongLink } from './markdown.ts';

const PAGES = pages();

it('has pages', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/tutorial.md', 'bench/README.md', 'CHANGELOG.md']));
});

it.each(PAGES)('%s links to what there is', page => {
  const text = read(page);
  expect(linksOf(text).flatMap(target => wrongLink(page, target, text) ?? [])).toEqual([]);
});

it.each(PAGES)('%s is finished', page => {
  expect(read(page)).not.toMatch(/@@|TODO|FIXME|XXX/);
});

it.each(PAGES.filter(page => page.startsWith('docs/')))('%s is reached from the README', page => {
  const seen = new Set<string>();
  const visit = (from: string): void => {
    if (seen.has(from) || !from.endsWith('.md')) return;
    seen.add(from);
    const folder = from.split('/').slice(0, -1);
    for (const target of linksOf(read(from))) {
      const path = target.split('#')[0]!;
      if (path === '' || path.includes(':')) continue;
      const parts = [...folder];
      for (const part of path.split('/')) part === '..' ? parts.pop() : parts.push(part);
      visit(parts.join('/'));
    }
  };
  visit('README.md');
  expect([...seen]).toContain(page);
});

describe('the check', () => {
  const page =
    '# One `two`: three\n\n## Again\n## Again\n[a](#again-1) [b](docs/nobody.md) [c](README.md#nowhere) [d](https://) `[e](x)`\n```\n[f](y)\n```\n';

  it('finds links to nowhere, and lets code be', () => {
    const wrong = linksOf(page).map(target => wrongLink('README.md', target, page));
    expect(wrong).toEqual([
      undefined,
      'docs/nobody.md: no such file',
      'README.md#nowhere: no such heading',
      'https://: no address',
    ]);
  });

  it('knows anchors as GitHub makes them', () => {
    expect([...anchorsOf(page)]).toEqual(['one-two-three', 'again', 'again-1']);
  });

  it('reads commands', () => {
    const text = '<!-- needs AWS -->\n```sh\na --b   # why\na \\\n  --c\n```\n\n```\n$ d\nout\n```\n```ts\ne\n```\n';
    expect(blocksOf(text).map(block => [block.needs, commandsOf(block)])).toEqual([
      ['AWS', ['a --b', 'a --c']],
      [undefined, ['d']],
      [undefined, []],
    ]);
  });
});
