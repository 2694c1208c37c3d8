/** The calls of this visit: a chart, a table, and all of it as a file. Nobody else sees them, and a reload forgets them. */
import { formatMs, formatPercent, UNKNOWN } from '../../reports/figures.ts';
import type { CallAnswer } from './answers.ts';
import { byId, fill, h, keepingPlace, table } from './elements.ts';
import { visitChart } from './visit-chart.ts';

export interface VisitedCall {
  readonly at: Date;
  readonly picture: string;
  readonly isShrunk: boolean;
  answer: CallAnswer;
}

/** The download holds them all. */
const MOST_ROWS = 20;

export class VisitHistory {
  readonly #calls: VisitedCall[] = [];
  readonly #version: () => string;

  constructor(version: () => string) {
    this.#version = version;
    byId('download').addEventListener('click', () => this.#download());
  }

  add(call: VisitedCall): void {
    this.#calls.push(call);
    this.draw();
  }

  draw(): void {
    byId('visit').hidden = false;
    const chart = byId('visit-chart');
    keepingPlace(chart, () => fill(chart, visitChart(this.#calls.map(({ answer }) => answer))));
    const latest = this.#calls.slice(-MOST_ROWS).reverse();
    const left = this.#calls.length - latest.length;
    const caption = `${left > 0 ? `the latest ${MOST_ROWS} of ${this.#calls.length}` : 'all'} calls, latest first`;
    const place = byId('visit-table');
    keepingPlace(place, () => fill(place, table(caption, HEAD, latest.map(rowOf))));
  }

  #download(): void {
    const calls = this.#calls.map(({ at, picture, isShrunk, answer }) => {
      const { target, what, others, heldUpMs, sample } = answer;
      return { at: at.toISOString(), picture, isShrunk, target, what, otherCallsMeanwhile: others, heldUpMs, sample };
    });
    const text = JSON.stringify({ tool: { name: 'resnet-bench', version: this.#version() }, calls }, null, 2);
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = h('a', { href: url, download: 'resnet-bench-visit.json' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

const HEAD = ['time', 'picture', 'through', 'sees', 'call ms', 'inference ms', 'start', 'trace'];

function rowOf({ at, picture, isShrunk, answer }: VisitedCall): string[] {
  const { target, sample, serviceMs, search } = answer;
  const [top] = sample.predictions;
  return [
    at.toLocaleTimeString('en-GB'),
    isShrunk ? `${picture} (shrunk)` : picture,
    target,
    sample.outcome.ok
      ? `${top?.label} ${formatPercent(top?.probability ?? 0)}`
      : `failed: ${sample.outcome.error.kind}`,
    formatMs(serviceMs),
    sample.timings.inferenceMs === undefined ? UNKNOWN : formatMs(sample.timings.inferenceMs),
    sample.start,
    target === 'local'
      ? UNKNOWN
      : search === 'lost'
        ? 'not known'
        : search === 'under way' && sample.trace === 'off'
          ? 'awaited'
          : sample.trace,
  ];
}
