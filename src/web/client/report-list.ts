/** The runs that can be read again. */
import type { ReportEntry, ReportList } from './answers.ts';
import { ask, complaintOf } from './ask.ts';
import { byId, type Child, fill, h, keepingPlace, table } from './elements.ts';

const HEAD = ['run', 'started', 'command', 'targets', 'status', 'open'];
const NAMES: Readonly<Record<string, string>> = {
  'report.html': 'report',
  'report.md': 'Markdown',
  'samples.csv': 'CSV',
  'record.json': 'JSON',
};

/** What stands there. */
let shown: string | undefined;

/** Draws what is new, and returns the id of a soak that goes on. */
export async function showReports(): Promise<string | undefined> {
  const place = byId('report-list');
  try {
    const list = await ask<ReportList>('/reports');
    if (JSON.stringify(list) !== shown) keepingPlace(place, () => draw(place, list));
    shown = JSON.stringify(list);
    return list.live;
  } catch (thrown) {
    shown = undefined;
    const { message, hint } = complaintOf(thrown);
    fill(place, h('p', { class: 'note' }, `${message}: ${hint}`));
    return undefined;
  }
}

function draw(place: HTMLElement, { folder, runs, left }: ReportList): void {
  if (runs.length === 0) fill(place, h('p', {}, `No run in ${folder} yet: resnet-bench local makes one.`));
  else {
    const more = left > 0 ? `, the latest ${runs.length} of ${runs.length + left}` : '';
    fill(place, table(`runs in ${folder}${more}`, HEAD, runs.map(rowOf)));
  }
}

function rowOf({ id, startedAt, command, targets, status, files }: ReportEntry): Child[] {
  return [
    id,
    new Date(startedAt).toLocaleString('en-GB'),
    command,
    targets?.join(', ') ?? '',
    status ?? 'cannot be read',
    h('span', {}, ...files.flatMap(file => [linkTo(id, file), ' '])),
  ];
}

function linkTo(id: string, file: string): HTMLElement {
  const name = NAMES[file] ?? file;
  return h('a', { href: `/reports/${encodeURIComponent(id)}/${file}`, 'aria-label': `${name} of ${id}` }, name);
}
