/** The page itself: its document, its style, and the modules of its script, all in memory before the first visitor comes. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGE_STYLE } from './page-style.ts';
import { pageText } from './page-text.ts';
import type { Routes } from './server.ts';

/** `web/` and its neighbours, as the build has them. */
const ROOM = fileURLToPath(new URL('..', import.meta.url));
/** Pure modules of other rooms that the page uses too. */
const SHARED = ['reports/figures.js', 'reports/join-words.js', 'core/printable.js'];

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;

export function pageRoutes(routes: Routes, mode: 'serve' | 'watch'): void {
  const serve = (path: string, type: keyof typeof TYPES, text: string) =>
    routes.get(path, async (_request, reply) =>
      reply.header('content-type', `${TYPES[type]}; charset=utf-8`).send(text),
    );
  serve('/', 'html', pageText(mode));
  serve('/style.css', 'css', PAGE_STYLE);
  for (const name of moduleNames()) serve(`/app/${name}`, 'js', readFileSync(`${ROOM}${name}`, 'utf8'));
}

function moduleNames(): string[] {
  const ours = readdirSync(`${ROOM}web/client`).filter(name => name.endsWith('.js'));
  return [...ours.map(name => `web/client/${name}`), ...SHARED];
}
