/** Reads Markdown as far as the tests of the documents need it: links, anchors, and blocks of commands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** What is made, or is another's. */
const OTHERS = new Set(['node_modules', 'dist', '.git', 'scratch', 'shared']);
/** Written by a run of the program. */
const MADE = /^reports\/(?!README\.md$)/;

/** All pages of the project, relative to its root. */
export function pages(folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !OTHERS.has(name))
    .flatMap(entry =>
      entry.isDirectory()
        ? pages(join(folder, entry.name))
        : entry.name.endsWith('.md')
          ? [join(folder, entry.name)]
          : [],
    )
    .map(path => (folder === ROOT ? relative(ROOT, path) : path))
    .filter(path => !MADE.test(path));
}

export const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of the line that opens it, from 1. */
  readonly line: number;
  /** From a comment before it: `<!-- needs AWS -->`. */
  readonly needs: string | undefined;
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; language: string; line: number; needs: string | undefined; lines: string[] } | undefined;
  let comment: string | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const fence = /^ *(`{3,})(\w*)/.exec(line);
    if (open !== undefined) {
      if (fence?.[1] === open.fence && fence[2] === '') {
        blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line, needs: open.needs });
        open = undefined;
      } else open.lines.push(line);
    } else if (fence !== null) {
      open = { fence: fence[1]!, language: fence[2]!, line: i + 1, needs: comment, lines: [] };
      comment = undefined;
    } else if (line.trim() !== '') comment = /^<!-- needs (.+) -->$/.exec(line.trim())?.[1];
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}

/** Without blocks and code: there links are none. */
function prose(text: string): string {
  return text.replace(/^ *(`{3,})[\s\S]*?^ *\1 *$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Where the links of a page lead, images too. */
export function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target]) => target!);
}

/** Of its headings, as GitHub makes them: lower case, without punctuation, blanks as hyphens, numbered where one comes twice. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const withoutBlocks = text.replace(/^ *(`{3,})[\s\S]*?^ *\1 *$/gm, '');
  const anchors = [...withoutBlocks.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(anchors);
}

/** What is wrong with the link of a page, or undefined. Addresses elsewhere are looked at, not visited. */
export function wrongLink(page: string, target: string, text: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) {
    const sound = URL.canParse(target) && ['https:', 'http:', 'mailto:'].includes(new URL(target).protocol);
    return sound ? undefined : `${target}: no address`;
  }
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (file.startsWith('..')) return `${target}: outside of the project`;
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  const anchors = anchorsOf(path === '' ? text : read(file));
  return anchors.has(anchor) ? undefined : `${target}: no such heading`;
}

/** The commands of a block of shell, whole: continued lines joined, comments gone. Of other blocks those behind a `$ `. */
export function commandsOf({ language, text }: Block): string[] {
  const lines = text.replace(/\s*\\\n\s*/g, ' ').split('\n');
  const commands =
    language === 'sh'
      ? lines
      : language === '' || language === 'console'
        ? lines.flatMap(line => (line.startsWith('$ ') ? [line.slice(2)] : []))
        : [];
  return commands.map(line => line.replace(/(^|\s+)# .*$/, '').trim()).filter(line => line !== '');
}
