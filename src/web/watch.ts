/** A page that shows one run while it goes on, from within the process that measures: in memory before the run begins, and idle while nobody looks. */
import type { RunEvent } from '../runs/execute.ts';
import type { Listening } from './allowed.ts';
import type { Health } from './client/answers.ts';
import { EventStreams } from './event-stream.ts';
import { liveRoutes } from './live-routes.ts';
import { type LiveRunOptions, LiveRunState } from './live-run.ts';
import { pageRoutes } from './page-routes.ts';
import { newServer } from './server.ts';

/** Nothing that it serves takes a body. */
const BODY_BYTES = 1_024;
/** Each costs what is being measured some time. */
const MOST_WATCHING = 8;
/** For visitors to read how it ended. */
const LAST_WORDS_MS = 200;

export interface OpenWatch {
  readonly port: number;
  /** In the order in which they happen. */
  show(event: RunEvent): void;
  close(): Promise<void>;
}

/** Throws SetupError when it cannot listen. */
export async function watchRun(listening: Listening, run: LiveRunOptions): Promise<OpenWatch> {
  const server = newServer(listening, BODY_BYTES);
  const state = new LiveRunState(run);
  const streams = new EventStreams(MOST_WATCHING);
  pageRoutes(server.routes, 'watch');
  server.routes.get('/health', async (): Promise<Health> => ({ status: 'ok', targets: {} }));
  const feed = liveRoutes(server.routes, state, streams);
  const port = await server.listen();
  return {
    port,
    show(event) {
      state.show(event);
      if (event.type === 'finished') feed.finish();
    },
    async close() {
      if (streams.count > 0) await new Promise(resolve => setTimeout(resolve, LAST_WORDS_MS));
      await server.close();
    },
  };
}
