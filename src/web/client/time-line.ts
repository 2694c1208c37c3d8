/** One call on its own span, part by part: as bars below each other, and as text for who does not see them. */
import { formatMs } from '../../reports/figures.ts';
import type { TimeBar } from './answers.ts';
import { h } from './elements.ts';

/** Colours of the parts that a trace has. */
const KINDS: Readonly<Record<string, string>> = {
  call: 'call',
  Init: 'init',
  Initialization: 'init',
  Invocation: 'invocation',
  Overhead: 'overhead',
};

export function timeLine(bars: readonly TimeBar[]): HTMLElement {
  const fromMs = Math.min(0, ...bars.map(({ startMs }) => startMs));
  const toMs = Math.max(...bars.map(({ endMs }) => endMs));
  const percent = (ms: number) => `${(100 * ms) / (toMs - fromMs || 1)}%`;
  const rows = bars.map(({ depth, name, startMs, endMs, isDerived }) => {
    const bar = h('i', { class: `${KINDS[name] ?? ''}${isDerived ? ' derived' : ''}` });
    bar.style.left = percent(startMs - fromMs);
    bar.style.width = percent(Math.max(0, endMs - startMs));
    return h(
      'li',
      { class: 'line' },
      h('span', { class: `name d${Math.min(depth, 5)}` }, isDerived ? `${name} (derived)` : name),
      h('span', { class: 'span', 'aria-hidden': 'true' }, bar),
      h('span', { class: 'ms' }, `${formatMs(endMs - startMs)} ms`),
    );
  });
  return h('ul', { class: 'lines', 'aria-label': 'time line of the call' }, ...rows);
}
