/** Charts as SVG, drawn while the report is written. The one file that imports Observable Plot. */
import * as Plot from '@observablehq/plot';
import type { Child, Page, PageElement } from './page.ts';

export { Plot };

export interface ChartWords {
  /** Above it. */
  readonly title: string;
  /** For those who do not see it: what it shows, in figures. */
  readonly description: string;
  readonly key?: readonly (readonly [name: string, color: string])[];
  readonly note?: string;
}

const WIDTH = 960;
/** Below the axis: its figures, and under them its name. */
export const BOTTOM = 44;

/** A figure with its title, its key and the drawing. */
export function chart(page: Page, words: ChartWords, options: Plot.PlotOptions): PageElement {
  const svg = Plot.plot({
    ...{ width: WIDTH, height: 300, marginLeft: 60, marginRight: 20, marginBottom: BOTTOM },
    style: { background: 'none', color: 'currentColor', fontSize: '12px', fontFamily: 'inherit' },
    ...options,
    // It asks for no more of a document than linkedom has.
    document: page.document as never,
  }) as unknown as PageElement;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${words.title}. ${words.description}`);
  // Parts of a picture are not read one by one.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return page.element(
    'figure',
    {},
    page.element('figcaption', {}, words.title),
    keyOf(page, words),
    page.element('div', { class: 'drawing', tabindex: '0', role: 'group', 'aria-label': words.title }, svg),
    noteOf(page, words),
  );
}

function keyOf(page: Page, { key = [] }: ChartWords): Child {
  if (key.length === 0) return undefined;
  const entries = key.map(([name, color]) =>
    page.element('li', {}, page.element('span', { style: `background:${color}` }), name),
  );
  return page.element('ul', { class: 'key' }, ...entries);
}

function noteOf(page: Page, { note }: ChartWords): Child {
  return note !== undefined && page.element('p', { class: 'soft' }, note);
}
