/** The document that a report is made in: elements instead of markup, so that nothing from a record can become markup. The one file that imports linkedom. */
import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { printable } from '../../core/printable.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** linkedom's document is the browser's, as far as is used here; there is no DOM among this program's types. */
export interface PageElement {
  append(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<PageElement>;
  toString(): string;
}

export interface PageDocument {
  createElement(name: string): PageElement;
  createElementNS(namespace: string, name: string): PageElement;
}

export type Child = PageElement | string | undefined | false;

export class Page {
  readonly document: PageDocument;

  constructor() {
    this.document = parseHTML('<!DOCTYPE html><html><body></body></html>').document as unknown as PageDocument;
  }

  /** Text becomes text, whatever it holds. */
  element(name: string, attributes: Readonly<Record<string, string>> = {}, ...children: readonly Child[]): PageElement {
    const element = this.document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, printable(value));
    for (const child of children) {
      if (child) element.append(typeof child === 'string' ? printable(child) : child);
    }
    return element;
  }

  /** The whole file. Nothing of it may be loaded from anywhere, and no script but ours runs. */
  *render(title: string, body: readonly Child[]): Generator<string> {
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
    yield `<meta http-equiv="Content-Security-Policy" content="${reportPolicy()}">\n`;
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n';
    yield '<link rel="icon" href="data:,">\n';
    // linkedom writes what is in a title as it stands.
    const escaped = printable(title).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    yield `<title>${escaped}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`;
    for (const child of body) if (child) yield `${child}\n`;
    yield `<script>${SCRIPT}</script>\n</body>\n</html>\n`;
  }
}

/** The content security policy of a report, which is whole in itself. */
export function reportPolicy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}'`;
}
