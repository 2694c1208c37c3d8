/** `GET /live/:id`: a soak that another process makes, followed by what it writes, and only while somebody looks. */
import { messageOf } from '../core/errors.ts';
import { followRun, soakTimes } from '../runs/follow-run.ts';
import { type ListedRun, listRuns } from '../runs/list-runs.ts';
import { readHead } from '../runs/read-run.ts';
import type { EventStream, EventStreams } from './event-stream.ts';
import { LiveRunState } from './live-run.ts';
import { Refusal } from './refusal.ts';
import type { Routes } from './server.ts';

const PACE_MS = 1_000;
/** Each visitor has a reading of its own. */
const MOST_FOLLOWED = 8;

/** Returns what ends all of it. */
export function followRoutes(routes: Routes, outDir: string, streams: EventStreams): AbortController {
  const ended = new AbortController();
  let followed = 0;
  routes.get('/live/:id', async ({ params }, reply) => {
    const { id } = params as { id: string };
    const run = (await listRuns(outDir)).find(one => one.id === id);
    const head = run === undefined ? undefined : await readHead(run.file).catch(() => undefined);
    const times = head === undefined ? undefined : soakTimes(head);
    if (run === undefined || times === undefined) throw new Refusal(404, 'there is no such soak', 'reload the page');
    if (followed >= MOST_FOLLOWED) throw new Refusal(503, 'too many look at it', 'close other pages');
    const left = new AbortController();
    const stream = streams.open(reply, () => left.abort());
    followed += 1;
    const signal = AbortSignal.any([left.signal, ended.signal]);
    void follow(run, new LiveRunState(times), stream, signal).finally(() => {
      followed -= 1;
    });
  });
  return ended;
}

async function follow(run: ListedRun, state: LiveRunState, stream: EventStream, signal: AbortSignal): Promise<void> {
  let told = -1;
  const tell = () => {
    const view = state.changes === told ? undefined : state.view();
    told = state.changes;
    if (view !== undefined) stream.send(view);
  };
  const timer = setInterval(tell, PACE_MS).unref();
  try {
    for await (const event of followRun(run, signal)) state.show(event);
    tell();
  } catch (thrown) {
    process.stderr.write(`warning: ${run.id} could not be followed: ${messageOf(thrown)}\n`);
  } finally {
    clearInterval(timer);
    stream.end();
  }
}
