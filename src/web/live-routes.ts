/** A running soak as events: once a second at most, the same text for all visitors, and nothing at all when there are none. */
import type { EventStream, EventStreams } from './event-stream.ts';
import type { LiveRunState } from './live-run.ts';
import type { Routes } from './server.ts';

/** Every message takes time from what is being measured. */
const PACE_MS = 1_000;
/** Without news the page's clock goes on by itself. */
const QUIET_MS = 5_000;

export interface LiveFeed {
  /** Tells all visitors how it ended, and no more. */
  finish(): void;
}

export function liveRoutes(routes: Routes, state: LiveRunState, streams: EventStreams): LiveFeed {
  const visitors = new Set<EventStream>();
  let timer: NodeJS.Timeout | undefined;
  let told = { changes: -1, atMs: 0 };
  const tell = () => {
    const nowMs = performance.now();
    if (state.changes === told.changes && nowMs - told.atMs < QUIET_MS) return;
    const view = state.view();
    if (view === undefined) return;
    told = { changes: state.changes, atMs: nowMs };
    const json = JSON.stringify(view);
    for (const visitor of visitors) visitor.sendJson(json);
  };
  routes.get('/live', async (_request, reply) => {
    const stream = streams.open(reply, () => {
      visitors.delete(stream);
      if (visitors.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
    visitors.add(stream);
    timer ??= setInterval(tell, PACE_MS).unref();
    const view = state.view();
    if (view !== undefined) stream.send(view);
  });
  return {
    finish() {
      clearInterval(timer);
      told = { changes: -1, atMs: 0 };
      tell();
      for (const visitor of visitors) visitor.end();
    },
  };
}
