/** A run that goes on: how far it is, its times so far, and what befell it. */
import { formatMs, UNKNOWN } from '../../reports/figures.ts';
import type { LiveRun, LiveTarget } from './answers.ts';
import { clock } from './clock-text.ts';
import { byId, fill, h, keepingPlace, table } from './elements.ts';
import { liveChart } from './live-chart.ts';

const STATUS: Readonly<Record<LiveRun['status'], string>> = {
  running: 'running',
  collecting: 'all calls are over; waiting for traces, log lines and metrics',
  completed: 'completed: resnet-bench report --format html has the whole',
  interrupted: 'interrupted: resnet-bench resume goes on with it',
};

const SECOND_MS = 1_000;

export interface Following {
  /** No more will come. */
  readonly isOver: boolean;
}

/** `path`: where its events are. */
export function followLive(path: string): Following {
  const place = byId('live');
  const events = new EventSource(path);
  let seen: { run: LiveRun; atMs: number } | undefined;
  let over = false;
  events.addEventListener('message', ({ data }) => {
    const run = JSON.parse(data) as LiveRun;
    seen = { run, atMs: performance.now() };
    place.hidden = false;
    keepingPlace(place, () => show(place, run));
  });
  const end = () => {
    over = true;
    clearInterval(ticking);
  };
  // The server closes it; closed from here its last bytes would be refused, which browsers call a failure.
  events.addEventListener('end', end);
  events.addEventListener('error', () => {
    events.close();
    if (over) return;
    end();
    if (seen !== undefined)
      place.append(
        h('p', { class: 'note', role: 'status' }, 'The run does not answer any more: its terminal tells how it ended.'),
      );
  });
  // The clock goes on between two messages.
  const ticking = setInterval(() => {
    if (seen === undefined || seen.run.status !== 'running') return;
    const { run, atMs } = seen;
    const passedMs = Math.min(run.durationMs ?? Number.POSITIVE_INFINITY, run.passedMs + performance.now() - atMs);
    const shown = document.getElementById('live-clock');
    if (shown !== null) shown.textContent = clockOf(passedMs, run.durationMs);
  }, SECOND_MS);
  return {
    get isOver() {
      return over;
    },
  };
}

function show(place: HTMLElement, run: LiveRun): void {
  const { command, id, status, passedMs, durationMs, slots, targets, incidents } = run;
  const progress = h('progress', { max: durationMs ?? 1, value: passedMs, 'aria-label': 'how far the run is' });
  fill(
    place,
    h('h2', { id: 'live-head' }, `${command}: ${id}`),
    h('p', { class: 'verdict', id: 'live-status' }, STATUS[status]),
    h(
      'p',
      {},
      h('span', { id: 'live-clock' }, clockOf(passedMs, durationMs)),
      slots === undefined ? '' : ` · ${slots}`,
    ),
    progress,
    table('so far', HEAD, targets.map(rowOf)),
    liveChart(run),
    incidents.length > 0 && h('h3', {}, 'What befell it'),
    incidents.length > 0 && h('ul', { class: 'soft' }, ...incidents.map(line => h('li', {}, line))),
  );
}

function clockOf(passedMs: number, durationMs: number | undefined): string {
  return durationMs === undefined ? clock(passedMs) : `${clock(passedMs)} of ${clock(durationMs)}`;
}

const HEAD = ['target', 'calls', 'warm p50 ms', 'warm p95 ms', 'last ms', 'cold', 'missed', 'not sent', 'failed'];

function rowOf(target: LiveTarget): string[] {
  const { name, answered, planned, p50Ms, p95Ms, last, cold, proactive, missed, dropped, failures } = target;
  const ms = (value: number | undefined) => (value === undefined ? UNKNOWN : formatMs(value));
  const failed = failures.reduce((sum, [, count]) => sum + count, 0);
  const kinds = failures.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return [
    name,
    `${answered} of ${planned}`,
    ms(p50Ms),
    ms(p95Ms),
    ms(last?.responseMs),
    proactive > 0 ? `${cold} and ${proactive} ahead` : String(cold),
    String(missed),
    String(dropped),
    failed > 0 ? `${failed} (${kinds})` : '0',
  ];
}
