/** The page of a machine: classifies pictures, follows their traces, and opens the reports of a folder. */
import type { PageTargets } from '../runs/page-targets.ts';
import type { Listening } from './allowed.ts';
import { MOST_BODY_BYTES, mostPictureBytes } from './body-limit.ts';
import { classifyRoutes } from './classify-routes.ts';
import type { Health, Settings } from './client/answers.ts';
import { EventStreams } from './event-stream.ts';
import { followRoutes } from './follow-routes.ts';
import { KeptCalls } from './kept-calls.ts';
import { pageRoutes } from './page-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { newServer } from './server.ts';
import { targetWords } from './target-words.ts';
import { traceRoutes } from './trace-routes.ts';

export interface ServeOptions {
  readonly listening: Listening;
  readonly targets: PageTargets;
  /** What answers as Lambda, in words. */
  readonly lambda: string;
  readonly version: string;
  /** Where run folders are. */
  readonly outDir: string;
  /** As it was named, for who reads the page. */
  readonly shownOutDir: string;
}

export interface OpenPage {
  readonly port: number;
  /** Ends connections, targets and what they started. */
  close(): Promise<void>;
}

/** Throws SetupError when it cannot listen. */
export async function servePage(options: ServeOptions): Promise<OpenPage> {
  const { listening, targets, outDir, shownOutDir } = options;
  const server = newServer(listening, MOST_BODY_BYTES);
  const { routes } = server;
  const [kept, streams] = [new KeptCalls(), new EventStreams()];
  pageRoutes(routes, 'serve');
  routes.get('/settings', async () => settingsOf(options));
  routes.get('/health', async () => healthOf(targets));
  classifyRoutes(routes, targets.calls, kept);
  traceRoutes(routes, kept, streams);
  reportRoutes(routes, outDir, shownOutDir);
  const following = followRoutes(routes, outDir, streams);
  const stop = async () => {
    following.abort();
    await Promise.all([...targets.calls.values()].map(calls => calls.stop()));
  };
  try {
    const port = await server.listen();
    return {
      port,
      async close() {
        await Promise.all([server.close(), stop()]);
      },
    };
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

function settingsOf({ version, lambda, targets: { model, isDeployed, calls } }: ServeOptions): Settings {
  const { name, precision, weights } = model.info;
  return {
    ...{ version, lambda, isDeployed, mode: 'serve', mostPictureBytes: mostPictureBytes() },
    model: [name, precision, weights].filter(Boolean).join(', '),
    isSynthetic: weights === 'synthetic',
    what: Object.fromEntries([...calls].map(([target, { info }]) => [target, targetWords(target, info)])),
  };
}

function healthOf({ calls }: PageTargets): Health {
  const states = [...calls].map(([name, { state }]) => [name, state]);
  return { status: 'ok', targets: Object.fromEntries(states) };
}
