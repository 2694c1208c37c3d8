/** Reports of the runs in a folder, rendered when they are asked for. A name in a request is looked up in the listing and never made a path. */
import { createReadStream } from 'node:fs';
import type { RecordHead } from '../core/record.ts';
import { reportPolicy } from '../reports/html/page.ts';
import type { ReportFormat } from '../reports/index.ts';
import { isLiveSoak } from '../runs/follow-run.ts';
import { type ListedRun, listRuns, RunHeads } from '../runs/list-runs.ts';
import type { ReportEntry, ReportList } from './client/answers.ts';
import { makeReport } from './made-report.ts';
import { Refusal } from './refusal.ts';
import type { Routes } from './server.ts';

/** Each is read to the end of its head; a page need not be longer. */
const MOST_LISTED = 30;
/** A large one takes a core for seconds. */
const MOST_AT_ONCE = 2;

const FILES: Readonly<Record<string, readonly [format: ReportFormat, type: string]>> = {
  'report.html': ['html', 'text/html; charset=utf-8'],
  'report.md': ['md', 'text/markdown; charset=utf-8'],
  'samples.csv': ['csv', 'text/csv; charset=utf-8'],
  'record.json': ['json', 'application/json; charset=utf-8'],
};

const NO_RECORD = () =>
  new Refusal(404, 'this run has no record that can be read', 'resnet-bench report tells more of it');
const NONE = () => new Refusal(404, 'there is no such report', 'the list on the page names those there are');

export function reportRoutes(routes: Routes, outDir: string, shownAs: string): void {
  const heads = new RunHeads();
  routes.get('/reports', async (): Promise<ReportList> => {
    const runs = await listRuns(outDir);
    const entries: ReportEntry[] = [];
    let live: string | undefined;
    for (const run of runs.slice(0, MOST_LISTED)) {
      const head = await heads.of(run);
      entries.push(entryOf(run, head));
      if (isLiveSoak(run, head)) live ??= run.id;
    }
    return { folder: shownAs, runs: entries, left: runs.length - entries.length, ...(live !== undefined && { live }) };
  });
  let underWay = 0;
  routes.get('/reports/:id/:file', async ({ params, raw }, reply) => {
    const { id, file } = params as { id: string; file: string };
    const run = (await listRuns(outDir)).find(one => one.id === id);
    const wanted = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
    if (run === undefined || wanted === undefined) throw NONE();
    if (underWay >= MOST_AT_ONCE) throw new Refusal(503, 'other reports are being made', 'try again in a moment');
    const [format, type] = wanted;
    reply.header('content-type', type);
    if (format === 'html') reply.header('content-security-policy', `${reportPolicy()}; frame-ancestors 'none'`);
    // The file itself, with what a newer version may have added to it.
    const head = await heads.of(run);
    if (head === undefined) throw NO_RECORD();
    if (format === 'json' && head.run.status !== 'running') return reply.send(createReadStream(run.file));
    underWay += 1;
    const made = await makeReport(run.file, format, raw.socket).finally(() => {
      underWay -= 1;
    });
    if (made === undefined) throw NO_RECORD();
    return reply.send(made);
  });
}

function entryOf({ id }: ListedRun, head: RecordHead | undefined): ReportEntry {
  const [, command = ''] = /^\d{8}-\d{6}-([a-z]+)/.exec(id) ?? [];
  if (head === undefined) return { id, startedAt: startOf(id), command, files: [] };
  return {
    ...{ id, startedAt: head.run.startedAt, command: head.run.command, status: head.run.status },
    targets: head.targets.map(({ name }) => name),
    files: Object.keys(FILES),
  };
}

/** As its name has it: `20261123-184002-local` is UTC. */
function startOf(id: string): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5:$6.000Z');
}
