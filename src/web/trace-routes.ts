/** `GET /traces/:id`: what is known of that very call by now, and as events whenever more is. */
import type { EventStreams } from './event-stream.ts';
import type { KeptCalls } from './kept-calls.ts';
import { Refusal } from './refusal.ts';
import type { Routes } from './server.ts';

export function traceRoutes(routes: Routes, kept: KeptCalls, streams: EventStreams): void {
  const found = (params: unknown) => {
    const { id } = params as { id: string };
    const answer = kept.find(id);
    if (answer === undefined) {
      throw new Refusal(404, 'there is no such call', 'classify again: a server that was started anew knows of none');
    }
    return answer;
  };
  routes.get('/traces/:id', async ({ params }) => found(params));
  routes.get('/traces/:id/events', async ({ params }, reply) => {
    const first = found(params);
    let leave = () => {};
    const stream = streams.open(reply, () => leave());
    const tell = (answer: typeof first) => {
      stream.send(answer);
      if (answer.search !== 'under way') stream.end();
    };
    leave = kept.listen(first.id, tell);
    tell(first);
  });
}
