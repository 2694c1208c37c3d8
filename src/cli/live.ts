/** Shows what goes on during a run: redrawn in place on a terminal, a line a minute in a log. On stderr, as all that is no report. */
import { isTerminal, startRedrawn } from './spinner.ts';

/** What there is to show; `nowMs` on the run's clock. */
export interface View {
  /** No line longer than `columns`. */
  lines(nowMs: number, columns: number): string;
  line(nowMs: number): string;
}

export interface LiveView {
  /** Something has happened: to be shown soon. */
  update(): void;
  /** Writes lines that stay. */
  note(text: string): void;
  stop(): void;
}

/** The clock on it moves on by itself. */
const REDRAW_MS = 1_000;
/** After news not sooner than this after the last time: every drawing takes time from what is being measured. */
const SOONEST_MS = 250;
const LOG_MS = 60_000;

/** To be stopped in any case: the cursor is hidden until then. */
export function startLiveView(view: View, { nowMs }: { nowMs: () => number }): LiveView {
  return isTerminal() ? onTerminal(view, nowMs) : inLog(view, nowMs);
}

function onTerminal(view: View, nowMs: () => number): LiveView {
  const redrawn = startRedrawn(columns => view.lines(nowMs(), columns));
  let drawnMs = performance.now();
  let soon: NodeJS.Timeout | undefined;
  let stopped = false;
  const draw = () => {
    clearTimeout(soon);
    soon = undefined;
    drawnMs = performance.now();
    regular.refresh();
    redrawn.draw();
  };
  const regular = setInterval(draw, REDRAW_MS).unref();
  return {
    update: () => {
      if (stopped) return;
      soon ??= setTimeout(draw, Math.max(0, drawnMs + SOONEST_MS - performance.now())).unref();
    },
    note: redrawn.note,
    stop: () => {
      stopped = true;
      clearInterval(regular);
      clearTimeout(soon);
      redrawn.stop();
    },
  };
}

function inLog(view: View, nowMs: () => number): LiveView {
  const write = (text: string) => void process.stderr.write(`${text}\n`);
  const timer = setInterval(() => write(view.line(nowMs())), LOG_MS).unref();
  return { update: () => {}, note: write, stop: () => clearInterval(timer) };
}
