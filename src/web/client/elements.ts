/** Elements instead of markup, so that nothing that was told can become markup. */
import { printable } from '../../core/printable.ts';

export type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number>>;

export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

/** Throws where the document has none. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter(child => child !== undefined && child !== false).map(shown));
}

const FOCUSABLE = '[tabindex], summary, a, button';

/** Draws anew and leaves the reader where they were: what was scrolled, and what had the focus. What is new and too wide begins at its end, where the newest is. */
export function keepingPlace(place: Element, draw: () => void): void {
  const scrolled = [...place.querySelectorAll('.wide')].map(({ scrollLeft }) => scrollLeft);
  const { activeElement } = document;
  const focused = activeElement === null ? -1 : [...place.querySelectorAll(FOCUSABLE)].indexOf(activeElement);
  draw();
  for (const [i, wide] of [...place.querySelectorAll('.wide')].entries()) {
    wide.scrollLeft = scrolled[i] ?? (wide.querySelector('svg') === null ? 0 : wide.scrollWidth);
  }
  if (focused === -1) return;
  const again = place.querySelectorAll<HTMLElement>(FOCUSABLE)[focused];
  again?.focus({ preventScroll: true });
}

function filled<Made extends Element>(element: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, printable(String(value)));
  for (const child of children) if (child) element.append(shown(child));
  return element;
}

const shown = (child: Node | string) => (typeof child === 'string' ? printable(child) : child);

/** Scrolls by itself where it is too wide. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  return h(
    'div',
    { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...head.map(cell => h('th', { scope: 'col' }, cell)))),
      h(
        'tbody',
        {},
        ...rows.map(row =>
          h('tr', {}, ...row.map((cell, i) => (i === 0 ? h('th', { scope: 'row' }, cell) : h('td', {}, cell)))),
        ),
      ),
    ),
  );
}
