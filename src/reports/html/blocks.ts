/** Parts that every section of the page is made of: tables, lists, folded details. */
import type { Child, Page, PageElement } from './page.ts';

/** Of more, as of a sweep, only tables are shown. */
export const MOST_TARGETS = 6;

type Cells = readonly (readonly string[])[];

interface TableLook {
  /** Of sentences rather than figures. */
  readonly words?: boolean;
  /** By what the rows sort in the first column, where its text does not tell. */
  readonly order?: readonly number[];
}

/** Cells, the head first. It scrolls by itself where it is too wide. */
export function table(page: Page, cells: Cells, caption: string, { words = false, order }: TableLook = {}): Child {
  if (cells.length < 2) return undefined;
  const h = page.element.bind(page);
  const [head, ...rows] = cells as [readonly string[], ...(readonly string[])[]];
  return h(
    'div',
    { class: 'wide', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      { class: words ? 'words sortable' : 'sortable' },
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...head.map(cell => h('th', { scope: 'col' }, cell || 'note')))),
      h(
        'tbody',
        {},
        ...rows.map((row, at) => {
          const value = order?.[at];
          const first = { scope: 'row', ...(value !== undefined && { 'data-value': String(value) }) };
          return h('tr', {}, ...row.map((cell, i) => (i === 0 ? h('th', first, cell) : h('td', {}, cell))));
        }),
      ),
    ),
  );
}

export function list(page: Page, lines: readonly string[], type = 'soft'): Child {
  if (lines.length === 0) return undefined;
  return page.element('ul', { class: type }, ...lines.map(line => page.element('li', {}, line)));
}

/** Nothing when there is nothing in it. */
export function section(page: Page, title: string, ...children: readonly Child[]): PageElement[] {
  if (!children.some(Boolean)) return [];
  return [page.element('section', {}, page.element('h2', {}, title), ...children)];
}

export function details(page: Page, summary: string, ...children: readonly Child[]): Child {
  if (!children.some(Boolean)) return undefined;
  return page.element('details', {}, page.element('summary', {}, summary), ...children);
}
