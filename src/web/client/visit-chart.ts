/** The calls of this visit as a small chart: a dot each, whole call in milliseconds. */
import { formatMs } from '../../reports/figures.ts';
import type { CallAnswer } from './answers.ts';
import { endLabels, timeAxis } from './axes.ts';
import { h, svg } from './elements.ts';
import { above, across, FRAME, niceCeiling } from './scale.ts';

/** More are a cloud. */
const MOST_SHOWN = 60;

export function visitChart(all: readonly CallAnswer[]): HTMLElement {
  const answers = all.slice(-MOST_SHOWN);
  const mostMs = niceCeiling(Math.max(1e-3, ...answers.map(({ serviceMs }) => serviceMs)));
  const x = (i: number) => across((i + 0.5) / answers.length);
  const dots = answers.map((answer, i) => {
    const { target, sample, serviceMs } = answer;
    const { start, outcome } = sample;
    const isFirst = start === 'cold' || start === 'proactive';
    const type = outcome.ok ? `s${target === 'local' ? 0 : 1}${isFirst ? ' first' : ''}` : 'failed';
    const words = `${target}, ${formatMs(serviceMs)} ms, ${outcome.ok ? start : `failed: ${outcome.error.kind}`}`;
    const place = { cx: x(i), cy: above(serviceMs / mostMs), r: 4 };
    return svg('circle', { class: type, ...place }, svg('title', {}, words));
  });
  const chart = svg(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${FRAME.width} ${FRAME.height}`,
      role: 'img',
      'aria-label': `times of ${answers.length} calls, in the order in which they were made; the table below has them all`,
    },
    ...timeAxis(mostMs),
    ...endLabels('earlier', 'now'),
    ...dots,
  );
  return h(
    'figure',
    {},
    h('figcaption', {}, 'The whole call, ms'),
    h(
      'ul',
      { class: 'key' },
      h('li', {}, h('span', { class: 'k0' }), 'this machine'),
      h('li', {}, h('span', { class: 'k1' }), 'Lambda'),
      h('li', {}, h('span', { class: 'kw' }), 'hollow: cold'),
      h('li', {}, h('span', { class: 'kf' }), 'failed'),
    ),
    h('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'chart of this visit' }, chart),
  );
}
