/** What becomes known of a call after its answer: by events of the newest one, asked for now and then of the others, since a browser keeps few connections to a server. */
import type { CallAnswer } from './answers.ts';
import { ask } from './ask.ts';

const MOST_STREAMS = 1;
const POLL_MS = 1_500;
/** In a row: then the server is gone, or knows of the call no more. */
const MOST_FAILURES = 3;

let streams = 0;

/** `tell`: each time that more is known, until no more will come; `lost`: nobody can be asked any more. */
export function followCall(id: string, tell: (answer: CallAnswer) => void, lost: () => void): void {
  if (streams >= MOST_STREAMS) {
    poll(id, tell, lost);
    return;
  }
  streams += 1;
  const events = new EventSource(`/traces/${id}/events`);
  let over = false;
  events.addEventListener('message', ({ data }) => tell(JSON.parse(data) as CallAnswer));
  // The server closes it; closed from here its last bytes would be refused, which browsers call a failure.
  events.addEventListener('end', () => {
    over = true;
  });
  events.addEventListener('error', () => {
    events.close();
    streams -= 1;
    if (!over) poll(id, tell, lost);
  });
}

function poll(id: string, tell: (answer: CallAnswer) => void, lost: () => void): void {
  let failures = 0;
  const look = async () => {
    try {
      const answer = await ask<CallAnswer>(`/traces/${id}`);
      failures = 0;
      tell(answer);
      if (answer.search !== 'under way') return;
    } catch {
      failures += 1;
      if (failures >= MOST_FAILURES) return lost();
    }
    setTimeout(() => void look(), POLL_MS);
  };
  setTimeout(() => void look(), POLL_MS);
}
